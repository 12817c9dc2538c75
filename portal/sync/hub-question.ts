// One signed question to the hub, and its signed answer under the question's own id.
import * as v from 'valibot'
import type { Effects } from '#shared/effects.ts'
import type { Log } from '#shared/log.ts'
import { openJws, signJws, type DeviceKey, type PublicKey } from '#shared/sign.ts'
import { askHub, type HubFetch } from './hub-fetch.ts'

const MINUTE_MS = 60_000

export type HubLine = {
  /** Origin of the hub. */
  readonly url: string
  readonly device: DeviceKey
  /** The hub's pinned key; undefined before enrolment. */
  readonly hub: () => PublicKey | undefined
  readonly fetch: HubFetch
}
type Answer = { readonly id: string; readonly state: string; readonly minute?: number }
export type Way<Told extends Answer> = { readonly path: string; readonly asked: string; readonly told: string; readonly schema: v.GenericSchema<unknown, Told> }

/** @returns a function that resolves to undefined where the hub is not known yet, refused, or answered another question; rejects when it is silent. */
export function hubQuestions({ url, device, hub, fetch }: HubLine, { clock }: Pick<Effects, 'clock'>, log: Pick<Log, 'warn'>) {
  let offMinutes = 0

  async function exchange<Told extends Answer>({ path, asked, told, schema }: Way<Told>, question: { readonly id: string }, pinned: PublicKey): Promise<Told | undefined> {
    const minute = Math.max(0, Math.floor(clock.now() / MINUTE_MS) + offMinutes)
    const body = Buffer.from(await signJws(device, asked, JSON.stringify({ ...question, aud: new URL(url).origin, minute })))
    const { status, text } = await askHub(fetch, clock, new URL(path, url).href, 'POST', { 'content-type': 'application/jose' }, body)
    if (status !== 200) return void log.warn('the hub refused a question about vouchers', { status, answer: text.slice(0, 200) })
    const answer = v.parse(schema, JSON.parse(openJws(text, told, pinned).toString('utf8')))
    // Else an answer to another question, kept and sent again.
    return answer.id === question.id ? answer : undefined
  }

  /** A gateway whose clock is wrong says the hub's minute from then on: what is signed needs to be fresh by the hub's clock alone. */
  return async function ask<Told extends Answer>(way: Way<Told>, question: { readonly id: string }): Promise<Told | undefined> {
    const pinned = hub()
    if (!pinned) return undefined
    const answer = await exchange(way, question, pinned)
    if (answer?.state !== 'clock' || answer.minute === undefined) return answer
    offMinutes = answer.minute - Math.floor(clock.now() / MINUTE_MS)
    return exchange(way, question, pinned)
  }
}
