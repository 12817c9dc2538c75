/** What a gateway signs about a site-day's receipts: said once to the hub, and checked by whoever holds a receipt. */
import * as v from 'valibot'
import { openJws, parseJws, type PublicKey } from './sign.ts'

export const HEAD_TYP = 'parvis-receipt-head+jws'

const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const headSchema = v.object({ iss: v.string(), site: v.string(), day: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/)), root: digest, prev: v.nullable(digest) })

/** `prev`: SHA-256 of the site's head before this one. No size: it would be a count without noise. */
export type Head = v.InferOutput<typeof headSchema>

/** @throws MalformedError `jws`, or ValiError when it is no head. With a key its signature must hold too. */
export function readHead(jws: string, key?: PublicKey): Head {
  const payload = key ? openJws(jws, HEAD_TYP, key) : parseJws(jws, HEAD_TYP).payload
  return v.parse(headSchema, JSON.parse(payload.toString('utf8')))
}
