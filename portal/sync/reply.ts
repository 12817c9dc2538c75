import * as v from 'valibot'
import { MOST_BATCHES_PER_POST, type PushReply } from '#shared/batch.ts'

const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const ranges = v.pipe(v.array(v.tuple([seq, seq])), v.maxLength(1_024))

const replySchema = v.object({
  acked: ranges,
  missing: ranges,
  rejected: v.pipe(v.array(v.object({ seq, code: v.picklist(['equivocation', 'unknown_schema', 'malformed', 'future']) })), v.maxLength(MOST_BATCHES_PER_POST)),
  next: v.pipe(v.string(), v.regex(/^[\w-]{16,64}$/)),
})

/** What the hub said to a POST; undefined when it is not of that form. */
export function parseReply(text: string): PushReply | undefined {
  try {
    const parsed = v.safeParse(replySchema, JSON.parse(text))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}

const refusalSchema = v.object({ code: v.string() })

/** Whether it is the hub that refused, and not something before it. */
export function isRefusal(text: string): boolean {
  try {
    return v.is(refusalSchema, JSON.parse(text))
  } catch {
    return false
  }
}
