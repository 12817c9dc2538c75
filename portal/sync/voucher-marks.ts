// What this gateway knows of the city's vouchers that nobody has brought it yet: 32 bits of each, fetched now and then, for the days on
// which the hub cannot be asked.
import { createHash } from 'node:crypto'
import * as v from 'valibot'
import type { Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { secretKey, type KeyObject } from '#shared/keyed-mac.ts'
import { reason, type Log } from '#shared/log.ts'
import { MARKED_TYP, markOf, MARKS_TYP, marksAnswer } from '#shared/voucher-lease.ts'
import type { hubQuestions, Way } from './hub-question.ts'

const FIRST_LOOK_MS = 5_000
const LOOK_EVERY_MS = 3_600_000
const FAILED_RETRY_MS = 300_000
const ID_BYTES = 16
const MARK_BYTES = 4

/** A text on disk, because a gateway may start anew while it is cut off. */
export type MarksText = { read(): string | undefined; keep(text: string): void }

const keptSchema = v.object({ key: v.string(), marks: v.string(), sum: v.string() })
type Kept = v.InferOutput<typeof keptSchema>
const WAY: Way<v.InferOutput<typeof marksAnswer>> = { path: '/v1/voucher-marks', asked: MARKS_TYP, told: MARKED_TYP, schema: marksAnswer }

function keptIn(text: string | undefined): Kept | undefined {
  try {
    const parsed = v.safeParse(keptSchema, JSON.parse(text ?? ''))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}

export type VoucherMarks = { mayBe(code: string): boolean; /** Asks now. Rejects when the hub is silent. */ fetch(): Promise<void>; close(): void }

export function voucherMarks(ask: ReturnType<typeof hubQuestions>, text: MarksText, { clock, random }: Pick<Effects, 'clock' | 'random'>, log: Pick<Log, 'warn'>): VoucherMarks {
  let known: { key: KeyObject; marks: ReadonlySet<number>; sum: string } | undefined
  let cancel: Cancel = () => {}
  let closed = false

  function take({ key, marks }: Kept): void {
    const [keyBytes, bytes] = [Buffer.from(key, 'base64url'), Buffer.from(marks, 'base64url')]
    const all = new Set<number>()
    for (let at = 0; at + MARK_BYTES <= bytes.length; at += MARK_BYTES) all.add(bytes.readUInt32BE(at))
    known = { key: secretKey(keyBytes), marks: all, sum: createHash('sha256').update(keyBytes).update(bytes).digest('hex') }
  }
  async function fetch(): Promise<void> {
    const answer = await ask(WAY, { id: random(ID_BYTES).toString('hex'), ...(known && { have: known.sum }) })
    if (answer?.state !== 'marks' || closed) return
    take(answer)
    const { key, marks, sum } = answer
    text.keep(JSON.stringify({ key, marks, sum } satisfies Kept))
  }
  function lookIn(ms: number): void {
    const failed = (error: unknown): number => {
      log.warn('the vouchers of the city are not known anew', { reason: reason(error) })
      return FAILED_RETRY_MS
    }
    cancel = clock.after(ms, () => void fetch().then(() => LOOK_EVERY_MS, failed).then((next) => void (closed || lookIn(next))))
  }

  const kept = keptIn(text.read())
  if (kept) take(kept)
  lookIn(FIRST_LOOK_MS)
  return {
    mayBe: (code) => known?.marks.has(markOf(known.key, code)) ?? false,
    fetch,
    close() {
      closed = true
      cancel()
    },
  }
}
