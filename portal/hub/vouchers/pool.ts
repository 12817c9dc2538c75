// The pool of the city's vouchers: codes are made here, shown once, and known afterwards only by a digest under a key of the hub's.
import { createHash } from 'node:crypto'
import { makeVoucherCode, readVoucherCode, type CodeForm } from '#radius/vouchers/code.ts'
import { every } from '#shared/clock.ts'
import { derivedKey } from '#shared/derived-key.ts'
import type { Effects } from '#shared/effects.ts'
import { mac, secretKey } from '#shared/keyed-mac.ts'
import { reason } from '#shared/log.ts'
import { nextTurn } from '#shared/next-turn.ts'
import type { DeviceKey } from '#shared/sign.ts'
import { markOf, MOST_MARKS, type LeaseAnswer, type LeaseQuestion } from '#shared/voucher-lease.ts'
import type { CityBatch, CityVouchers, LeaseOutcome } from '../store/store.ts'
import type { CityTerms, CityVoucher, Granted } from './grant.ts'

/** A page of 24 is printed in a second; a stadium's are made in several batches. */
export const MOST_AT_ONCE = 5_000
export const MOST_LABEL_CHARACTERS = 100
const ID_BYTES = 16
const LABEL = 'parvis/city-voucher/1'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const TIDY_EVERY_MS = 3_600_000

export type CityOrder = CityTerms & { readonly label: string; readonly count: number; readonly form: CodeForm }

export type Pool = {
  /** Codes in canonical form, kept nowhere; undefined when there is a batch of that name. */
  make(order: CityOrder): Promise<string[] | undefined>
  list(): Promise<CityBatch[]>
  /** How many are worth nothing from now on; undefined when there is no such batch. */
  void(label: string): Promise<number | undefined>
  /** `minute` and `aud` were checked. */
  lease(question: LeaseQuestion): Promise<LeaseAnswer>
  /** What a gateway may know of vouchers that nobody has brought it yet. */
  marks(): Promise<{ readonly key: string; readonly marks: string; readonly sum: string }>
  /** Called when something was voided: a gateway in this process need not wait for its next renewal. */
  onVoid(listener: () => void): void
  close(): Promise<void>
}

/** Until its end, where that comes before its time is used up. */
function leftSeconds({ terms, usedSeconds }: CityVoucher, lease: Granted): number | undefined {
  return terms.seconds === undefined ? undefined : Math.max(0, terms.seconds - usedSeconds) + lease.seconds
}

function answerOf(id: string, outcome: LeaseOutcome): LeaseAnswer {
  if (outcome.kind === 'unknown') return { state: 'refused', id, reason: 'unknown' }
  if (outcome.kind === 'returned') return { state: 'returned', id }
  const { ruling, voucher } = outcome
  if (ruling.kind === 'refused') return { state: 'refused', id, reason: ruling.reason }
  const { terms } = voucher
  return {
    state: 'granted', id, seconds: ruling.seconds, places: ruling.places, devices: terms.devices,
    left_seconds: leftSeconds(voucher, ruling),
    ...(terms.octets !== undefined && { octets: ruling.octets, left_octets: Math.max(0, terms.octets - voucher.usedOctets) + ruling.octets }),
    until_minute: ruling.untilMinute, down_kbps: terms.downKbps, up_kbps: terms.upKbps,
  }
}

export function createPool(store: CityVouchers, hub: DeviceKey, { clock, random, log }: Effects): Pool {
  const key = secretKey(derivedKey(hub, LABEL))
  const markBytes = derivedKey(hub, 'parvis/voucher-mark/1')
  const markKey = secretKey(markBytes)
  const idOf = (code: string): Buffer => mac(key, LABEL, code).subarray(0, ID_BYTES)
  const listeners: (() => void)[] = []
  let tidying: Promise<void> = Promise.resolve()
  let closed = false
  const goesOn = (): boolean => !closed

  async function tidy(): Promise<void> {
    for (let more = true; more && goesOn(); more = await store.tidy(Math.floor(clock.now() / MINUTE_MS))) await nextTurn()
  }
  const notTidied = (error: unknown): void => log.warn('old vouchers not erased', { reason: reason(error) })
  const cancel = every(clock, TIDY_EVERY_MS, () => void (tidying = tidying.then(tidy).catch(notTidied)), notTidied)

  return {
    async make({ count, form, ...batch }) {
      const codes = new Map<string, string>()
      while (codes.size < count) {
        const code = makeVoucherCode(form, random)
        codes.set(idOf(code).toString('hex'), code)
      }
      const made = await store.make({ ...batch, madeDay: Math.floor(clock.now() / DAY_MS) }, Array.from(codes, ([id, code]) => ({ id: Buffer.from(id, 'hex'), mark: markOf(markKey, code) })))
      return made ? [...codes.values()] : undefined
    },
    list: () => store.list(),
    async void(label) {
      const count = await store.void(label, Math.floor(clock.now() / MINUTE_MS))
      if (count !== undefined) for (const hear of listeners) hear()
      return count
    },
    async lease({ id, code, renews, used, places }) {
      const read = code === undefined ? undefined : readVoucherCode(code)
      const request = {
        id: Buffer.from(id, 'hex'), voucher: read?.kind === 'code' ? idOf(read.code) : undefined, renews: renews === undefined ? undefined : Buffer.from(renews, 'hex'),
        used, places, minute: Math.floor(clock.now() / MINUTE_MS),
      }
      return answerOf(id, await store.lease(request))
    },
    async marks() {
      const nowMinute = Math.floor(clock.now() / MINUTE_MS)
      const marks = Uint32Array.from(await store.marks(nowMinute, MOST_MARKS)).sort()
      const bytes = Buffer.alloc(marks.length * 4)
      for (const [index, mark] of marks.entries()) bytes.writeUInt32BE(mark, index * 4)
      return { key: markBytes.toString('base64url'), marks: bytes.toString('base64url'), sum: createHash('sha256').update(markBytes).update(bytes).digest('hex') }
    },
    onVoid: (listener) => void listeners.push(listener),
    async close() {
      closed = true
      cancel()
      await tidying
    },
  }
}
