// What an auditor does with a citizen's copy: is the receipt the gateway's, and is it the one that stood there on that day?
import { readHead } from '#shared/receipt-head.ts'
import { openJws, type PublicKey } from '#shared/sign.ts'
import * as v from 'valibot'
import { HASH_BYTES, rootBy } from './merkle.ts'
import { leafOf, readReceipt, RECEIPT_TYP, type ReceiptText } from './receipt.ts'

const proofSchema = v.object({
  head: v.string(),
  index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  path: v.pipe(v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))), v.maxLength(32)),
})
export const copySchema = v.object({ receipts: v.pipe(v.array(v.object({ jws: v.string(), proof: v.optional(proofSchema) })), v.minLength(1)), key: v.optional(v.unknown()) })

export const VERDICTS = {
  proven: 'It is the gateway’s, and it stood in the tree of its day.',
  signed: 'It is the gateway’s. Its day has not closed yet, so nothing more can be said.',
  forged: 'The gateway’s key did not sign it.',
  'not in the tree': 'The gateway signed it, but it did not stand in the tree of its day: it was made or changed afterwards.',
  'another head': 'The head that comes with it is not the one that the hub was given.',
} as const
export type Verdict = keyof typeof VERDICTS
export type Checked = { readonly verdict: Verdict; readonly text: ReceiptText | undefined; readonly day: string | undefined }

export type Proof = v.InferOutput<typeof proofSchema>

/** @param published The heads that the hub holds for that site, by day; undefined when nobody asked it. */
export function checkReceipt(jws: string, proof: Proof | undefined, key: PublicKey, published?: ReadonlyMap<string, string>): Checked {
  let text: ReceiptText
  try {
    openJws(jws, RECEIPT_TYP, key)
    text = readReceipt(jws)
  } catch {
    return { verdict: 'forged', text: undefined, day: undefined }
  }
  if (!proof) return { verdict: 'signed', text, day: undefined }
  let head
  try {
    head = readHead(proof.head, key)
  } catch {
    return { verdict: 'another head', text, day: undefined }
  }
  const day = head.day
  if (published && published.get(day) !== proof.head) return { verdict: 'another head', text, day }
  const root = rootBy(Buffer.from(leafOf(jws), 'hex'), proof.index, proof.path.map((one) => Buffer.from(one, 'hex')))
  const stands = head.iss === text.iss && head.site === text.site && root?.length === HASH_BYTES && root.toString('hex') === head.root
  return { verdict: stands ? 'proven' : 'not in the tree', text, day }
}
