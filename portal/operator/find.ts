// Finding live sessions by what somebody at the counter can say of their own device. Exactly that, and nothing else: no list, no total.
import { isIP } from 'node:net'
import { readVoucherCode } from '#radius/vouchers/code.ts'
import { canonicalIp, parseMacAddress, type MacAddress } from '#shared/personal.ts'
import type { Neighbours } from '../gateway/enforcer.ts'
import type { OpenSession } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'

export const MOST_ROWS = 10
export const NEEDLES = ['mac', 'address', 'voucher', 'none'] as const
/** What was asked by: the log says this, never what was asked. */
export type NeedleKind = (typeof NEEDLES)[number]
const LONGEST_NEEDLE = 64

/** A device without a session may be one that is kept out. */
export type Found = { readonly mac: MacAddress; readonly controller: string | undefined; readonly session: OpenSession | undefined }
export type Search = { readonly kind: NeedleKind; readonly found: readonly Found[] }

export type FindParts = { readonly sessions: Pick<Sessions, 'list'>; readonly neighbours: Pick<Neighbours, 'asker'> }

export function createFind({ sessions, neighbours }: FindParts): (typed: string) => Promise<Search> {
  const found = (session: OpenSession): Found => ({ mac: session.mac, controller: session.behind?.controller, session })

  function ofDevice(kind: NeedleKind, mac: MacAddress): Search {
    const open = sessions.list().filter((session) => session.mac === mac).slice(0, MOST_ROWS).map(found)
    return { kind, found: open.length > 0 ? open : [{ mac, controller: undefined, session: undefined }] }
  }
  async function ofAddress(address: string): Promise<Search> {
    const asker = await neighbours.asker(address)
    // Contested: two devices claim it, and the neighbour table names but one.
    return asker.kind === 'client' && !asker.contested ? ofDevice('address', asker.mac) : { kind: 'address', found: [] }
  }

  return async function find(typed) {
    const needle = typed.trim().slice(0, LONGEST_NEEDLE)
    if (isIP(needle) !== 0) return ofAddress(canonicalIp(needle))
    const mac = parseMacAddress(needle)
    if (mac !== undefined) return ofDevice('mac', mac)
    const voucher = readVoucherCode(needle)
    if (voucher.kind !== 'code') return { kind: 'none', found: [] }
    return { kind: 'voucher', found: sessions.list().filter(({ user }) => user === voucher.code).slice(0, MOST_ROWS).map(found) }
  }
}
