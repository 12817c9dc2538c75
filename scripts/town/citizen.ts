// One citizen on the wire: probe → redirect → page → tap → status → end. Each step that is not as people.md says is an error in words.
import { connect, disconnect, formsOf, phone, type Phone, type Visit } from './phone.ts'
import type { Agent } from 'node:http'
import type { Journey } from './plan.ts'

/** What each system asks to find out whether it is captive. */
const PROBES = [
  ['captive.apple.com', '/hotspot-detect.html'],
  ['connectivitycheck.gstatic.com', '/generate_204'],
  ['www.msftconnecttest.com', '/connecttest.txt'],
  ['detectportal.firefox.com', '/canonical.html'],
] as const

export type Town = {
  /** Where the phones of a place reach the portal. */
  portalAt(journey: Journey): string
  /** The address that the portal redirects to. */
  readonly portalUrl: string
  readonly agent: Agent
}

export type Citizen = {
  readonly phone: Phone
  /** Undefined for who only read the page. */
  readonly visit: Visit | undefined
}

function must(holds: boolean, words: string): void {
  if (!holds) throw new Error(words)
}

async function isCaptive(who: Phone, portal: string): Promise<boolean> {
  const { status, body } = await who.ask(portal, '/capport')
  must(status === 200, `/capport was answered with ${status}`)
  return (JSON.parse(body) as { captive: boolean }).captive
}

async function probe(who: Phone, portal: string, portalUrl: string, which: number): Promise<void> {
  const [host, path] = PROBES[which % PROBES.length] ?? PROBES[0]
  const { status, headers, body } = await who.ask(portal, path, { host, headers: { accept: '*/*' } })
  must(status === 302 && (headers.location ?? '').startsWith(portalUrl), `a probe was answered with ${status} to ${headers.location ?? 'nowhere'}`)
  must(body.length > 0 && headers.connection === 'close', 'a probe’s answer was empty or left its connection open')
}

/** @throws Error in words */
export async function arrive(journey: Journey, { portalAt, portalUrl, agent }: Town, nth: number): Promise<Citizen> {
  const who = phone(journey.address, journey.language, agent)
  const portal = portalAt(journey)
  await probe(who, portal, portalUrl, nth)
  if (journey.manner === 'reads') {
    const page = await who.ask(portal, '/')
    must(formsOf(page.body).some(({ action }) => action.endsWith('/connect')), `the page has no button (status ${page.status})`)
    return { phone: who, visit: undefined }
  }
  const visit = await connect(who, portal)
  must(!(await isCaptive(who, portal)), 'the phone is captive after the tap')
  const status = await who.ask(portal, '/status')
  must(status.status === 200, `/status was answered with ${status.status}`)
  return { phone: who, visit }
}

/** Presses the button that ends. @throws Error in words */
export async function leave(journey: Journey, { portalAt }: Town, { phone: who, visit }: Citizen): Promise<void> {
  must(visit !== undefined, 'nothing to end')
  if (!visit) return
  const portal = portalAt(journey)
  const ended = await disconnect(who, portal, visit)
  must(ended.status === 200, `the end was answered with ${ended.status}`)
  must(await isCaptive(who, portal), 'the phone is online after it ended its session')
}

/** @throws Error when the phone is online although its time is over. */
export async function expired(journey: Journey, { portalAt }: Town, { phone: who }: Citizen): Promise<void> {
  must(await isCaptive(who, portalAt(journey)), 'the phone is online although its time is over')
}
