/** The RADIUS role: two doors, one for who may pass and one for what was used. */
import type { Effects, Running } from '#shared/effects.ts'
import { accessService, holderAmong, type Source } from './access/access.ts'
import { tokenSource } from './access/token-source.ts'
import type { TokenUses } from './access/token-uses.ts'
import { accountingService } from './accounting.ts'
import { clientTable, type ClientTable } from './clients.ts'
import { createLiveSessions, type LiveSessions } from './live-sessions.ts'
import type { AccountingStore } from './nas.ts'
import { CODES } from './packet.ts'
import { openDoor, type Service } from './server.ts'
import type { ClientSettings, RadiusSettings } from './settings.ts'
import { statusService } from './status.ts'
import type { Listen } from './udp.ts'

export type RadiusParts = {
  /** The portal's session store, or `createAccountingStore` when the role runs alone. */
  readonly accounting: AccountingStore
  /** `createTokenUses` on the runtime store. */
  readonly tokenUses: TokenUses
  /** Asked after the portal tokens, in this order. */
  readonly sources?: readonly Source[]
  /** The same that the sources were made with; one of its own when left out. */
  readonly live?: LiveSessions
  /** Where datagrams come from: UDP sockets when left out. */
  readonly listen?: Listen
}
export type RunningRadius = Running & { readonly authPort: number; readonly acctPort: number; readonly clients: Pick<ClientTable, 'replace' | 'names'> }

function announceOptOuts(clients: readonly ClientSettings[], effects: Effects): void {
  const log = effects.log.scoped('radius')
  for (const { name, requireMessageAuthenticator, binding } of clients) {
    if (requireMessageAuthenticator === false) log.warn('client may leave out Message-Authenticator; update it and require it again (CVE-2024-3596)', { client: name })
    if (binding === 'none') log.warn('client names no station; its tokens are bound to none and live 30 s', { client: name })
  }
}

/** @throws UsageError `port` naming `radius.auth_port` or `radius.acct_port`, `client_address`, `client_secret`. */
export async function startRadius(settings: RadiusSettings, effects: Effects, parts: RadiusParts): Promise<RunningRadius> {
  const clients = clientTable(settings.clients)
  announceOptOuts(settings.clients, effects)
  const tokens = tokenSource({
    keyring: settings.tokenKeys, profiles: settings.profiles, uses: parts.tokenUses, sessions: parts.accounting, clock: effects.clock,
  })
  const sources = [tokens, ...(parts.sources ?? [])]
  const live = parts.live ?? createLiveSessions(effects.clock)
  const access: readonly [number, Service][] = [
    [CODES.accessRequest, accessService(sources, effects)],
    [CODES.statusServer, statusService(CODES.accessAccept)],
  ]
  const accounting: readonly [number, Service][] = [
    [CODES.accountingRequest, accountingService({ store: parts.accounting, live, holderOf: holderAmong(sources) }, effects)],
    [CODES.statusServer, statusService(CODES.accountingResponse)],
  ]
  const { hosts, limits } = settings
  const auth = await openDoor({ name: 'auth', hosts, port: settings.authPort, portKey: 'radius.auth_port', clients, services: new Map(access), limits, listen: parts.listen }, effects)
  const acct = await openDoor({ name: 'acct', hosts, port: settings.acctPort, portKey: 'radius.acct_port', clients, services: new Map(accounting), limits, listen: parts.listen }, effects).catch(
    async (error: unknown) => {
      await auth.close()
      throw error
    },
  )
  let open = true
  async function close(): Promise<void> {
    open = false
    await Promise.all([auth.close(), acct.close()])
  }
  return { urls: {}, ready: () => open, close, authPort: auth.port, acctPort: acct.port, clients: { replace: clients.replace, names: clients.names } }
}
