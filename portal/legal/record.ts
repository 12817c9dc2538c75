import * as v from 'valibot'

const instant = v.pipe(v.number(), v.safeInteger())
const port = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(65_535))
const id = v.pipe(v.string(), v.maxLength(64))

/** Of one session, in the words of the profile's `log_fields`; what the profile does not name is absent. */
const facts = {
  id,
  boot: id,
  start: instant,
  terminal_mac: v.optional(v.string()),
  lan_v4: v.optional(v.string()),
  lan_v6: v.optional(v.array(v.string())),
  public_addr: v.optional(v.string()),
  port_from: v.optional(port),
  port_to: v.optional(port),
  site: v.optional(v.string()),
}

/**
 * Each record stands alone, so that a day's file answers for its day: `open` when a session begins, when it has another address,
 * and again as each day begins; `closed` once. `up` when the gateway starts: what another boot left open has ended by then.
 */
export const recordSchema = v.variant('kind', [
  v.object({ kind: v.literal('up'), boot: id, at: instant }),
  v.object({ kind: v.literal('open'), ...facts }),
  v.object({ kind: v.literal('closed'), ...facts, end: instant }),
])
export const recordsSchema = v.array(recordSchema)
export type LegalRecord = v.InferOutput<typeof recordSchema>
export type OpenRecord = LegalRecord & { kind: 'open' }
