// The portal role: databases → wiring → what was left behind → listen.
import type { IncomingMessage, RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { TokenKeyring } from '#radius/access/portal-token.ts'
import type { Nas } from '#radius/nas.ts'
import { every } from '#shared/clock.ts'
import type { Observations } from '#shared/count/observations.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Db } from '#shared/db/open.ts'
import type { Effects, Running } from '#shared/effects.ts'
import { listen } from '#shared/http/listen.ts'
import type { KeyObject } from '#shared/keyed-mac.ts'
import { reason } from '#shared/log.ts'
import { canonicalIp, type MacAddress, type SessionToken } from '#shared/personal.ts'
import { createApp, ROUTES } from './app.ts'
import { openSecureDoor, type TlsParts } from './certificate/secure-door.ts'
import { createAcknowledge, createSettling, createTapSigner } from './consent/acknowledge.ts'
import { createReceiptDays, type SignedHead } from './consent/receipt-days.ts'
import { createReceiptDesk, type ReceiptDesk } from './consent/receipt-desk.ts'
import { createReceipts, type Receipts } from './consent/receipts.ts'
import type { ClockSync, Signer } from './consent/receipt.ts'
import { createControllerDesk } from './controllers/controller-desk.ts'
import { withGates } from './controllers/gates.ts'
import { createHandOver } from './controllers/hand-over.ts'
import { withGuests } from './controllers/guest-sessions.ts'
import { createGuests, type Guests } from './controllers/guests.ts'
import { countingLanguages } from './count/counted-languages.ts'
import { createSightings } from './count/sightings.ts'
import { captiveAnswer } from './detect/captive-answer.ts'
import { frontDoor } from './detect/front-door.ts'
import { acceptedHosts, hostName } from './detect/hosts.ts'
import { placeByDoor } from './detect/place.ts'
import { probingClient, PROBING_CLIENTS } from './detect/probes.ts'
import { keepAddress } from './detect/wanted-address.ts'
import type { Enforcer, Neighbours } from './gateway/enforcer.ts'
import { createConnect } from './login/connect.ts'
import { createFree } from './login/free.ts'
import { freeAnswer } from './login/free-answer.ts'
import { createCodes } from './login/reentry/codes.ts'
import { watchService } from './login/service-state.ts'
import { createLegal, type LegalParts } from './legal/main.ts'
import { PROFILES } from './legal/profile.ts'
import type { OperatorParts } from './operator/app.ts'
import { portalTexts } from './pages/texts.ts'
import type { Desk, Step } from './session/desk.ts'
import { createJournalReader } from './session/journal.ts'
import { grantOf } from './session/opening.ts'
import { createBars } from './session/bars.ts'
import { rulesFor } from './session/rules.ts'
import { createExtending } from './session/extending.ts'
import { createSessions, type Sessions } from './session/sessions.ts'
import { createSessionStore } from './session/store.ts'
import type { PortalSettings } from './settings.ts'
import { createDoctor } from './state/doctor.ts'
import { createService, MOST_SESSIONS, type ServiceParts } from './state/service.ts'
import type { Ends } from './visit.ts'

const CHORES_MS = 60_000
/** A phone that wakes up lets every app probe at once. */
const MOST_SOCKETS_PER_PHONE = 128
/** All phones behind a foreign controller may have its address. */
const MOST_SOCKETS_PER_CONTROLLER = 2_048
const BOOT_BYTES = 8

export type PortalParts = {
  /** sessions.db with SESSION_MIGRATIONS, volatile. */
  readonly volatile: Db
  /** gateway.db with GATEWAY_MIGRATIONS: the one that writes, and a connection that reads. */
  readonly durable: DurableWriter
  readonly reader: Db
  readonly enforcer: Enforcer
  readonly neighbours: Neighbours
  readonly nas: Nas
  readonly keyring: TokenKeyring
  /** K_form, from the runtime directory. */
  readonly formKey: KeyObject
  readonly observations: Observations
  readonly sign: Signer
  /** The public half of what signs, as a JWK: goes with every copy of a receipt. */
  readonly publicKey?: unknown
  /** Where the profile keeps a log: how it is sealed, and whose ports are whose. */
  readonly legal?: LegalParts
  /** Hands a day's signed head to the outbox. */
  readonly sendHead?: (head: SignedHead) => Promise<void>
  readonly clockSync?: () => ClockSync
  /** What is watched beside RADIUS, gate and disk. */
  readonly watched?: Partial<Pick<ServiceParts, 'uplink' | 'poolNearlyFull' | 'maintenance'>>
  /** The door with TLS; undefined without `portal.tls_port`. */
  readonly tls?: TlsParts
  /** Asks the access server that reported a session to end it; undefined where no server of this process hears of sessions. */
  readonly hangUp?: (user: string, mac: MacAddress, client: string) => Promise<boolean>
  /** Hears of each arrow of protocols.md §3. */
  readonly step?: (step: Step) => void
}
export type Portal = Running & { /** What an operator at the gateway works with. */ readonly operator: Omit<OperatorParts, 'access'> } & { readonly sessions: Sessions; readonly guests: Guests; readonly receipts: Receipts; readonly receiptDesk: ReceiptDesk; readonly url: string; readonly port: number }

/** Answers begin once everything is wired; a connection that is a moment early waits. */
function doorToCome(): { listener: RequestListener; open: (listener: RequestListener) => void } {
  const coming = Promise.withResolvers<RequestListener>()
  let door: RequestListener | undefined
  return {
    listener: (request, response) => (door ? door(request, response) : void coming.promise.then((listener) => listener(request, response))),
    open(listener) {
      door = listener
      coming.resolve(listener)
    },
  }
}

/**
 * Starts the portal; `parts` stay the caller's to close, except enforcer and neighbours, which it starts and stops.
 * @throws UsageError `port` when the port is taken.
 */
export async function startPortal(settings: PortalSettings, effects: Effects, parts: PortalParts): Promise<Portal> {
  const { clock, metrics, random } = effects
  const log = effects.log.scoped('portal')
  const step = parts.step ?? (() => {})
  const service = watchService(parts.nas, parts.enforcer)
  const controllers = createControllerDesk(settings.controllers ?? [], parts.formKey, effects)
  const store = createSessionStore(parts.volatile, () => random(BOOT_BYTES).toString('hex'), Math.floor(clock.now()))
  const profile = PROFILES[settings.legalProfile ?? 'default']
  const legal = createLegal(profile, parts.legal, { volatile: parts.volatile, boot: store.boot, neighbours: parts.neighbours, effects })
  const desk: Desk = {
    store,
    ...(legal.hook && { legal: legal.hook }),
    durable: parts.durable,
    journal: createJournalReader(parts.reader),
    // A controller that does not answer is no failure of our own gate.
    enforcer: withGates(service.enforcer, controllers.gates),
    nas: service.nas,
    observations: countingLanguages(parts.observations),
    effects: { ...effects, log },
    nasIdentifier: settings.nasIdentifier,
    rules: rulesFor(settings.sites, settings.overQuota),
    bars: createBars(parts.volatile),
    now: () => Math.floor(clock.now()),
    step,
  }
  const receipts = createReceipts(parts)
  const { gateway, controller } = settings
  const clockSync = parts.clockSync ?? (() => 'system' as const)
  const signing = { gateway, controller, sign: parts.sign, durable: parts.durable, effects: desk.effects, clockSync }
  const guests = createGuests(parts.volatile, desk, { hears: parts.hangUp !== undefined, controllers, settle: createSettling(signing) })
  const sessions = withGuests(createSessions(desk), guests, async ({ user, mac, behind }) => (await parts.hangUp?.(user, mac, controllers.radiusClientOf(behind.controller))) ?? false, desk.now)
  const acknowledge = createAcknowledge(signing)
  const receiptDays = createReceiptDays({ ...signing, reader: parts.reader, sites: settings.sites, random, clock, keepDays: profile.retention.other, drop: receipts.drop, send: parts.sendHead })
  const receiptDesk = createReceiptDesk({ ...signing, receipts, days: receiptDays, key: parts.publicKey })
  const sightings = createSightings(settings.sites, parts.neighbours, parts.observations, clock)
  const codes = createCodes(parts.volatile, parts.formKey, random, desk.now)
  let linkBase = (): string => settings.url ?? ''
  const linkOf = (token: SessionToken, language: string): string => new URL(`/s/${token}?lang=${language}`, linkBase()).href
  const handOver = createHandOver({ settings, controllers, guests, signTap: createTapSigner(signing), keyring: parts.keyring, effects: desk.effects, linkOf })
  const doctor = createDoctor({ systems: PROBING_CLIENTS, site: settings.sites[0] ?? { timezone: 'UTC', closeAt: '04:00' }, clock, random, asker: parts.neighbours.asker })
  const state = createService({
    poolNearlyFull: () => false, maintenance: () => undefined, ...parts.watched,
    silent: service.silent,
    gateBroken: () => !service.ready(),
    diskRefuses: () => !parts.durable.healthy(),
    clockWrong: () => clockSync() === 'none',
    grace: settings.grace,
    openSessions: () => store.openCount() + controllers.lingering(),
    mostSessions: settings.mostSessions ?? MOST_SESSIONS,
    opened: doctor.opened,
    effects,
  })
  const connectNow = createConnect({ settings, sessions, codes, store: desk.store, nas: state.graced(service.nas), keyring: parts.keyring, controllers, handOver, acknowledge, effects: desk.effects, step })
  const extending = createExtending({ settings, sessions, rules: desk.rules, nas: service.nas, keyring: parts.keyring, effects: desk.effects })
  const connect = state.guarded(connectNow)

  await service.enforcer.start()
  await parts.neighbours.start()
  controllers.takeUp(desk.store.behind().flatMap((session) => (session.kind === 'open' ? [grantOf(session, desk.now(), desk.rules.overQuota)] : [])))
  await legal.start((id) => store.byId(id) !== undefined)
  await sessions.start()
  parts.enforcer.onRemade?.(() => void legal.rulesRemade())

  const door = doorToCome()
  const listening = await listen({ hosts: settings.hosts, port: settings.port, key: 'portal.port', handler: door.listener, prepares: true, socketsPerAddress: controllers.configured ? MOST_SOCKETS_PER_CONTROLLER : MOST_SOCKETS_PER_PHONE })
  const url = new URL(settings.url ?? listening.urls[0] ?? '').href
  const secure = await openSecureDoor(settings, parts.tls, { url, plainUrl: listening.urls[0] ?? url, listener: door.listener }, effects).catch(async (error: unknown) => {
    await listening.close()
    throw error
  })
  linkBase = secure.url
  const placeOf = placeByDoor(settings.sites, settings.doors, settings.nasIdentifier)
  const free = createFree({ settings, connect, sessions, placeOf, clock, log })
  if (free.anywhere) parts.neighbours.onSighting(free.seen)
  let ready = true
  const app = createApp({
    settings, url, secure, effects: desk.effects, formKey: parts.formKey, neighbours: parts.neighbours, sightings, sessions, receipts, receiptDesk, connect, extending, codeOf: codes.of, controllers, guests, enforcer: parts.enforcer.name,
    texts: portalTexts(),
    placeOf, free,
    service: state, doctor,
    ready: () => ready && service.ready(),
  })
  const captiveAnswers = metrics.counter('portal_captive_answers_total', 'Requests for other addresses, answered with a redirect.')
  const answerWith = (address: string) => captiveAnswer(address, (wanted, request) => keepAddress(parts.formKey, canonicalIp(request.socket.remoteAddress ?? ''), wanted, clock.now()))
  const answers = new Map([url, listening.urls[0] ?? url].map((address) => [address, answerWith(address)]))
  const isOurs = acceptedHosts({ ...settings, url })
  const letIn = freeAnswer({ free, placeOf, neighbours: parts.neighbours, endsOf, log })
  const serve = getRequestListener((request, { incoming }) => app.fetch(request, endsOf(incoming as IncomingMessage)), { overrideGlobalObjects: false })
  door.open(
    frontDoor({
      isOurs: (header, connection) => isOurs(header, connection) || secure.isOurs(header),
      routes: ROUTES,
      captive(request, response, host) {
        captiveAnswers()
        letIn(request, () => answers.get(secure.url())?.(request, response, host))
        if (doctor.looks()) doctor.probed(canonicalIp(request.socket.remoteAddress ?? ''), () => probingClient(hostName(host) ?? '', request.url ?? ''))
      },
      app: (request, response) => void serve(request, response),
    }),
  )

  async function chores(): Promise<void> {
    // Overwritten rows live on in the store's journal until it is cut: who has left, has left. First, because a full disk refuses the rest.
    parts.volatile.pragma('wal_checkpoint(TRUNCATE)')
    // Before what a full disk refuses: it waits by itself.
    await legal.tick()
    await receipts.link()
    await receiptDays.tick()
    receipts.tidy()
    guests.round()
    doctor.round()
  }
  const choresFailed = (error: unknown) => log.warn('chores failed', { reason: reason(error) })
  const cancelChores = every(clock, CHORES_MS, () => void chores().catch(choresFailed), choresFailed)

  async function stop(): Promise<void> {
    ready = false
    cancelChores()
    state.close()
    await secure.close()
    await listening.close()
    if (settings.onPortalLoss === 'close') await sessions.endAll('nasReboot')
    await sessions.close()
    await legal.close()
    await receipts.link().catch(choresFailed)
    await parts.neighbours.stop()
    await desk.enforcer.stop()
  }
  const operator = { sessions, neighbours: parts.neighbours, sites: settings.sites, held: () => state.told().held, alarms: legal.alarms, diagnoses: doctor.diagnoses }
  let stopping: Promise<void> | undefined
  return { urls: { portal: url, ...secure.urls }, url, port: listening.port, sessions, guests, receipts, receiptDesk, operator, ready: () => ready && service.ready(), close: () => (stopping ??= stop()) }
}

function endsOf(request: IncomingMessage): Ends {
  const { socket, url } = request
  return { source: canonicalIp(socket.remoteAddress ?? ''), local: socket.localAddress, target: url, body: request }
}
