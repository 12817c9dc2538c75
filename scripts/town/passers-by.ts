// Those who ask nothing of the portal: someone at the kiosk, and an access point that wants to know whether RADIUS is there.
import { systemClock } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { silentLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { sharedSecret } from '#radius/authenticator.ts'
import { createNas } from '#radius/client.ts'
import { openLine, PATIENCE } from '#radius/client/line.ts'
import { statusServer } from '#radius/client/requests.ts'
import type { HomeView, ResultsView } from '#kiosk/views.ts'
import { randomBytes } from 'node:crypto'

const NAS_NAME = 'town'

export type RadiusDoor = { readonly address: string; readonly authPort: number; readonly acctPort: number; readonly secret: string }
export type RadiusVisitor = {
  /** A Status-Server and an Access-Request with a password that nobody has. @throws Error in words */
  ask(): Promise<void>
  close(): Promise<void>
}

/** Lives by the machine's clock: the town's leaps are none of an access point's business. */
export async function radiusVisitor(door: RadiusDoor): Promise<RadiusVisitor> {
  const effects: Effects = { clock: systemClock(), random: randomBytes, log: silentLog(), metrics: createMetrics() }
  const nas = await createNas({ servers: [door], nasIdentifier: NAS_NAME }, effects)
  const line = openLine(door.address, door.authPort, PATIENCE, effects)
  const secret = sharedSecret(door.secret)
  return {
    async ask() {
      const alive = await line.ask((identifier) => statusServer(identifier, secret, randomBytes(16), NAS_NAME))
      if (!alive) throw new Error('Status-Server was not answered')
      const { kind } = await nas.access({ userName: 'personne', password: randomBytes(8).toString('hex'), callingStationId: '02-00-00-00-00-00', nasIdentifier: NAS_NAME })
      if (kind !== 'reject') throw new Error(`a wrong password was answered with ${kind}`)
    },
    async close() {
      await line.close()
      await nas.close()
    },
  }
}

async function json<T>(origin: string, path: string, question?: unknown): Promise<T> {
  const init = question === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(question) }
  const answer = await fetch(new URL(path, origin), init)
  if (!answer.ok) throw new Error(`the kiosk answered ${path} with ${answer.status}`)
  // Our own kiosk's answer; what is missing in it fails the step below.
  return (await answer.json()) as T
}

/** Need → results → detail, as the screen asks them; the `nth` visitor has the nth need. @throws Error in words */
export async function atTheKiosk(origin: string, language: string, nth: number): Promise<void> {
  const { tiles } = await json<HomeView>(origin, `/api/${language}/home`)
  const needs = tiles.flatMap((tile) => tile.needs)
  const need = needs[nth % Math.max(1, needs.length)]
  if (!need) throw new Error('the kiosk shows no need')
  const { cards } = await json<ResultsView>(origin, `/api/${language}/results`, { need: need.id })
  const card = cards[nth % Math.max(1, cards.length)]
  if (!card) throw new Error(`the kiosk shows nothing for ${need.id}`)
  const detail = await json<{ id?: string }>(origin, `/api/${language}/services/${encodeURIComponent(card.id)}`)
  if (detail.id !== card.id) throw new Error('the kiosk shows another service than the one that was touched')
}
