// What gateways sign about a day's receipts, kept for whoever wants to check one: no head tells how many there were.
import type { Handler } from 'hono'
import { readHead } from '#shared/receipt-head.ts'
import type { PublicKey } from '#shared/sign.ts'
import type { HubStore } from './store/store.ts'

const MOST_SHOWN = 400

export type ReceiptHead = { readonly day: string; readonly jws: string }

/** @returns `malformed` when it is no head of this gateway and site, signed by its key. */
export function receiptHead(jws: string | undefined, gateway: string, site: string, key?: PublicKey): ReceiptHead | 'malformed' {
  if (jws === undefined) return 'malformed'
  try {
    const head = readHead(jws, key)
    return head.iss === gateway && head.site === site ? { day: head.day, jws } : 'malformed'
  } catch {
    return 'malformed'
  }
}

/** `GET /v1/receipt-heads?gateway=…&site=…`: the newest days first, with the key that signed them. */
export function showReceiptHeads(store: HubStore): Handler {
  return async function show(c) {
    const [gateway, site] = [c.req.query('gateway'), c.req.query('site')]
    if (gateway === undefined || site === undefined) return c.json({ code: 'malformed', message: 'name a gateway and a site' }, 400)
    return c.json({ gateway, site, heads: await store.receiptHeads.of(gateway, site, MOST_SHOWN) })
  }
}
