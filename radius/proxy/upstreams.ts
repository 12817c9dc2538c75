/**
 * Upstream realms: the last of the sources, and a second recipient of their sessions' accounting. What we relay carries our mark in
 * a Proxy-State; what comes back to us with it has gone in a circle.
 */
import type { Effects } from '#shared/effects.ts'
import { mac } from '#shared/keyed-mac.ts'
import type { Question, Decision, Source } from '../access/access.ts'
import { ATTRIBUTES } from '../attributes.ts'
import type { Holder, HolderOf } from '../live-sessions.ts'
import type { Packet } from '../packet.ts'
import type { Profiles } from '../profiles.ts'
import type { Answer, Request, Service } from '../server.ts'
import { DEVICE_SERVICES } from './grants.ts'
import { openRealm, type Realm } from './realm.ts'
import { realmOf, realmTable } from './realms.ts'
import { PROXY_PATIENCE, type ProxyPatience, type UpstreamSettings } from './settings.ts'

const A = ATTRIBUTES
/** Acct-Status-Type (RFC 2866 §5.1): of a whole access server, whatever name they carry, so no realm's to hear. */
const [ACCOUNTING_ON, ACCOUNTING_OFF] = [7, 8] as const
const MARK_BYTES = 8
const HOLDER_BYTES = 16
const reject = (reason: string): Decision => ({ kind: 'reject', reason })

export type Upstreams = {
  readonly source: Source
  /** The same service, but the sessions of a realm are reported to it too, and acknowledged when both have them. */
  reporting(service: Service): Service
  close(): Promise<void>
}
export type UpstreamParts = {
  readonly profiles: Profiles
  /** What the sources before ours say: a name that one of them knows is never a realm's. */
  readonly knownBefore: HolderOf
}

/** Whether one of its Proxy-States is ours. */
function carries(packet: Packet, mark: Buffer): boolean {
  for (let at = packet.find(A['Proxy-State'].number); at >= 0; at = packet.find(A['Proxy-State'].number, packet.after(at))) {
    if (mark.equals(packet.bytes.subarray(at + 2, packet.after(at)))) return true
  }
  return false
}

/** @throws UsageError `upstream_realm`, `upstream_secret`, `upstream_servers`. */
export function openUpstreams(settings: UpstreamSettings, { profiles, knownBefore }: UpstreamParts, effects: Effects): Upstreams {
  const patience: ProxyPatience = { ...PROXY_PATIENCE, ...settings.patience }
  const mark = mac(settings.key, 'parvis/proxy-state/1').subarray(0, MARK_BYTES)
  const opened = settings.realms.map((row) => {
    // Accounting comes under the name that an Accept gives: it must lead back to the same servers, and to nobody else's session.
    const value: Realm = openRealm(row, { mark, patience, ownsName: (userName) => ownerOf(userName) === value }, effects)
    return { realm: row.realm, value }
  })
  const realms = realmTable(opened)

  function ownerOf(userName: string): Realm | undefined {
    return knownBefore(userName) === undefined ? realms.find(userName) : undefined
  }

  function decide({ packet, client, userName }: Question): Decision | Promise<Decision> | undefined {
    const realm = realms.find(userName)
    if (!realm) return undefined
    if (carries(packet, mark)) return reject('proxy_loop')
    if (DEVICE_SERVICES.includes(packet.read(A['Service-Type']) ?? 0)) return reject('upstream_device_login')
    return realm.decide(packet, client.secret, profiles.of('account', packet))
  }

  function holderOf(userName: string): Holder | undefined {
    if (!realms.find(userName)) return undefined
    const local = userName.slice(0, userName.lastIndexOf('@') + 1)
    const name = local === '' ? userName : local + (realmOf(userName) ?? '')
    return `upstream:${mac(settings.key, 'parvis/upstream-holder/1', name).toString('hex', 0, HOLDER_BYTES)}`
  }

  /** Undefined for a session that is no realm's, and for On and Off. */
  function reportedTo(packet: Packet): Realm | undefined {
    const status = packet.read(A['Acct-Status-Type'])
    if (status === ACCOUNTING_ON || status === ACCOUNTING_OFF) return undefined
    const userName = packet.read(A['User-Name'])
    const realm = userName === undefined ? undefined : ownerOf(userName)
    return realm?.accounting ? realm : undefined
  }

  async function both(realm: Realm, stored: Answer | Promise<Answer>, packet: Packet): Promise<Answer> {
    const answer = await stored
    if ('silent' in answer || (await realm.report(packet))) return answer
    // The access server sends it again; counters by maximum make that the same report.
    return { silent: 'upstream_unacknowledged' }
  }

  return {
    source: { name: 'upstream', decide, holderOf },
    reporting(service) {
      function answer(request: Request): Answer | Promise<Answer> {
        const { packet } = request
        if (carries(packet, mark)) return { silent: 'proxy_loop' }
        const realm = reportedTo(packet)
        return realm ? both(realm, service.answer(request), packet) : service.answer(request)
      }
      return { ...service, answer }
    },
    async close() {
      await Promise.all(opened.map(({ value }) => value.close()))
    },
  }
}
