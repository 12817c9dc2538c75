// The generator's process: reads a CrowdOrder on standard input, lets phones arrive, prints a CrowdResult.
import { Agent } from 'node:http'
import { json } from 'node:stream/consumers'
import { formsOf, phone, type Answer } from '../../town/phone.ts'
import type { CrowdOrder, CrowdResult } from './order.ts'

const PROBES = [
  ['captive.apple.com', '/hotspot-detect.html'],
  ['connectivitycheck.gstatic.com', '/generate_204'],
  ['www.msftconnecttest.com', '/connecttest.txt'],
] as const

const order = (await json(process.stdin)) as CrowdOrder
const answersMs: number[] = []
const journeysMs: number[] = []
const failures = new Map<string, number>()
let begun = 0

function expect(answer: Answer, status: number, what: string): Answer {
  if (answer.status !== status) throw new Error(`${what} was answered with ${answer.status}`)
  return answer
}

/** A concert ends, one phone of many: it is told that it is captive, opens the page, taps, and asks how long it may stay. */
async function journey(index: number): Promise<void> {
  const address = `127.${order.network + Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${1 + (index % 250)}`
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const visitor = phone(address, 'fr', agent)
  async function timed(answer: Promise<Answer>): Promise<Answer> {
    const asked = performance.now()
    const got = await answer
    answersMs.push(performance.now() - asked)
    return got
  }
  const started = performance.now()
  try {
    for (const [host, path] of PROBES) expect(await timed(visitor.ask(order.portal, path, { host, headers: { accept: '*/*' } })), 302, 'a probe')
    const page = expect(await timed(visitor.ask(order.portal, '/')), 200, 'the page')
    const form = formsOf(page.body).find((one) => one.action.endsWith('/connect'))
    if (!form) throw new Error('the page has no form')
    const online = expect(await timed(visitor.ask(order.portal, form.action, { form: form.fields })), 200, 'the tap')
    if (!/\/s\/[0-9a-hjkmnp-tv-z]{26}/.test(online.body)) throw new Error('the tap opened no session')
    const state = expect(await timed(visitor.ask(order.portal, '/capport', { headers: { accept: 'application/captive+json' } })), 200, 'the API')
    if ((JSON.parse(state.body) as { captive?: unknown }).captive !== false) throw new Error('the API says captive after the tap')
    journeysMs.push(performance.now() - started)
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    failures.set(what, (failures.get(what) ?? 0) + 1)
  } finally {
    agent.destroy()
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** So many at once, the next when one is done. */
async function inTurn(atOnce: number): Promise<void> {
  const end = performance.now() + order.seconds * 1_000
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (performance.now() < end) await journey(begun++)
  }))
}

/** So many a second, whatever the answers do. */
async function arriving(perSecond: number): Promise<void> {
  const start = performance.now()
  const all: Promise<void>[] = []
  const total = Math.floor(perSecond * order.seconds)
  for (let index = 0; index < total; ) {
    const due = Math.min(total, Math.ceil(((performance.now() - start) / 1_000) * perSecond))
    while (index < due) {
      all.push(journey(begun++))
      index++
    }
    await wait(2)
  }
  await Promise.all(all)
}

const started = performance.now()
await (order.perSecond === undefined ? inTurn(order.atOnce ?? 1) : arriving(order.perSecond))
const result: CrowdResult = { journeys: journeysMs.length, seconds: (performance.now() - started) / 1_000, failures: [...failures], answersMs: summary(answersMs), journeysMs: summary(journeysMs) }
process.stdout.write(JSON.stringify(result))

function summary(values: number[]): CrowdResult['answersMs'] {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), most: at(1) }
}
