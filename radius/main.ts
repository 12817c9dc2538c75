/** The RADIUS role: two doors, one for who may pass and one for what was used. */
import type { Effects, Running } from '#shared/effects.ts'
import { accessService, holderAmong, remainderAmong, type Source } from './access/access.ts'
import { tokenSource } from './access/token-source.ts'
import type { TokenUses } from './access/token-uses.ts'
import { accountingService } from './accounting.ts'
import { clientTable, type ClientTable } from './clients.ts'
import { createEndings, type Endings } from './coa/endings.ts'
import { createCoaSender, type Told } from './coa/sender.ts'
import { createLiveSessions, type LiveSession, type LiveSessions } from './live-sessions.ts'
import type { AccountingStore } from './nas.ts'
import { CODES } from './packet.ts'
import { LIMITS } from './pending.ts'
import { openUpstreams } from './proxy/upstreams.ts'
import { openDoor, type Service } from './server.ts'
import { isShortSecret, RECOMMENDED_SECRET_BYTES, type ClientSettings, type RadiusSettings } from './settings.ts'
import { statusService } from './status.ts'
import type { Listen } from './udp.ts'
import { endingSight } from './watch/sight.ts'
import type { Watch } from './watch/watch.ts'

export type RadiusParts = {
  /** The portal's session store, or `createAccountingStore` when the role runs alone. */
  readonly accounting: AccountingStore
  /** `createTokenUses` on the runtime store. */
  readonly tokenUses: TokenUses
  /** Asked after the portal tokens, in this order. */
  readonly sources?: readonly Source[]
  /** Asked last of all, after the upstream realms: how names that nobody knows are refused. */
  readonly last?: Source
  /** The same that the sources were made with; one of its own when left out. */
  readonly live?: LiveSessions
  /** Whoever watches is told there what passes. */
  readonly watch?: Watch
  /** Where datagrams come from: UDP sockets when left out. */
  readonly listen?: Listen
}
export type RunningRadius = Running & {
  readonly authPort: number
  readonly acctPort: number
  readonly clients: Pick<ClientTable, 'replace' | 'names' | 'find'>
  /** The sessions that access servers have now, and what ends them. */
  readonly live: LiveSessions
  readonly endings: Endings
}

/** What a client's settings leave open is said once a client, however often they are read again. */
function optOutAnnouncer(effects: Pick<Effects, 'log'>): (clients: readonly ClientSettings[]) => void {
  const log = effects.log.scoped('radius')
  const told = new Set<string>()
  function warn(client: string, event: string): void {
    const line = `${client} ${event}`
    if (!told.has(line)) log.warn(event, { client })
    told.add(line)
  }
  return function announce(clients) {
    for (const { name, secret, requireMessageAuthenticator, binding } of clients) {
      if (isShortSecret(secret)) warn(name, `the client’s secret is shorter than ${RECOMMENDED_SECRET_BYTES} characters, so that it can be found by trying; take a random one (RFC 2865 §3)`)
      if (requireMessageAuthenticator === false) warn(name, 'client may leave out Message-Authenticator; update it and require it again (CVE-2024-3596)')
      if (binding === 'none') warn(name, 'client names no station; its tokens are bound to none and live 30 s')
    }
  }
}

/** @throws UsageError `port` naming `radius.auth_port` or `radius.acct_port`, `client_address`, `client_secret`, `upstream_…`. */
export async function startRadius(settings: RadiusSettings, effects: Effects, parts: RadiusParts): Promise<RunningRadius> {
  const clients = clientTable(settings.clients)
  const announce = optOutAnnouncer(effects)
  announce(settings.clients)
  const tokens = tokenSource({
    keyring: settings.tokenKeys, profiles: settings.profiles, uses: parts.tokenUses, sessions: parts.accounting, clock: effects.clock,
  })
  const before = [tokens, ...(parts.sources ?? [])]
  const upstreams = settings.upstreams && openUpstreams(settings.upstreams, { profiles: settings.profiles, knownBefore: holderAmong(before) }, effects)
  const sources = [...before, ...(upstreams ? [upstreams.source] : []), ...(parts.last ? [parts.last] : [])]
  const live = parts.live ?? createLiveSessions(effects.clock, undefined, effects.log.scoped('radius'))
  const access: readonly [number, Service][] = [
    [CODES.accessRequest, accessService(sources, effects, settings.limits?.answerMs ?? LIMITS.answerMs)],
    [CODES.statusServer, statusService(CODES.accessAccept)],
  ]
  const stored = accountingService({ store: parts.accounting, live, holderOf: holderAmong(sources) }, effects)
  const accounting: readonly [number, Service][] = [
    [CODES.accountingRequest, upstreams ? upstreams.reporting(stored) : stored],
    [CODES.statusServer, statusService(CODES.accountingResponse)],
  ]
  const door = { hosts: settings.hosts, clients, limits: settings.limits, reusePort: settings.reusePort, watch: parts.watch, listen: parts.listen }
  const auth = await openDoor({ ...door, name: 'auth', port: settings.authPort, portKey: 'radius.auth_port', services: new Map(access) }, effects)
  const acct = await openDoor({ ...door, name: 'acct', port: settings.acctPort, portKey: 'radius.acct_port', services: new Map(accounting) }, effects).catch(async (error: unknown) => {
    await auth.close()
    throw error
  })
  const sender = createCoaSender(clients, effects)
  const { watch } = parts
  async function disconnect(session: LiveSession): Promise<Told> {
    const told = await sender.disconnect(session)
    if (watch?.watched) watch.show(endingSight(session.origin.client, told))
    return told
  }
  const endings = createEndings({ live, remainderOf: remainderAmong(sources), disconnect }, effects)
  function replace(next: readonly ClientSettings[]): void {
    clients.replace(next)
    announce(next)
  }
  let open = true
  async function close(): Promise<void> {
    open = false
    await Promise.all([auth.close(), acct.close()])
    await upstreams?.close()
    await sender.close()
    await endings.close()
  }
  return { urls: {}, ready: () => open, close, authPort: auth.port, acctPort: acct.port, live, endings, clients: { replace, names: clients.names, find: clients.find } }
}
