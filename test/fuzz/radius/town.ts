// The server under fire: all doors on real sockets, every credential and source, and a witness at each door.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stationNames } from '#radius/access/station-names.ts'
import { createTokenUses } from '#radius/access/token-uses.ts'
import { issuePortalToken } from '#radius/access/portal-token.ts'
import { ACCOUNTING_MIGRATIONS, createAccountingStore } from '#radius/accounting-store.ts'
import { accountKeys } from '#radius/accounts/keys.ts'
import { createPasswordChecks } from '#radius/accounts/password-checks.ts'
import { sealAccount } from '#radius/accounts/seal-account.ts'
import { accountSource, strangerSource } from '#radius/accounts/source.ts'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { seal, sharedSecret } from '#radius/authenticator.ts'
import { listenDynamicAuthorization } from '#radius/coa.ts'
import { createLiveSessions } from '#radius/live-sessions.ts'
import { startRadius } from '#radius/main.ts'
import { CODES } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'
import { sessionNames } from '#radius/session-name.ts'
import { meteringVouchers } from '#radius/vouchers/metering.ts'
import { voucherSource } from '#radius/vouchers/source.ts'
import { manualClock, type ManualClock } from '#shared/clock.ts'
import { deviceKeyAt } from '#shared/db/key-file.ts'
import { secretKey } from '#shared/keyed-mac.ts'
import { openDisk } from '#scripts/run/ground.ts'
import { openUsers } from '#scripts/run/users.ts'
import { chap, mschapv2 } from '#test/support/radius-proofs.ts'
import { accessBytes, KEYRING, PROFILES, provedBytes, SECRET, START_MS, statusBytes, townEffects } from '#test/support/radius-town.ts'
import { replyTo, scriptedServer, type Script } from '#test/support/upstream.ts'
import type { Chance } from './chance.ts'
import { mutate } from './mutations.ts'
import { SEEDS } from './seeds.ts'
import { createWitness, witnessed, type OnKind, type Witness } from './witness.ts'

/** An honest request that is always answered, to see that what came before it has been dealt with. */
export type Fence = (identifier: number) => Buffer
export type FuzzedDoor = { readonly name: string; readonly port: number; readonly seeds: readonly Buffer[]; readonly fence: Fence }
export type FuzzTown = { readonly doors: readonly FuzzedDoor[]; readonly witness: Witness; readonly clock: ManualClock; metricsText(): string; close(): Promise<void> }

const STATION = '02-00-00-00-00-01'
const secret = sharedSecret(SECRET)
const fixed = (length: number): Buffer => Buffer.alloc(length, 9)

const MACHINE = { name: 'meter-1', password: 'a machine secret of the town' }
const PERSON = { name: 'clerk', password: 'a password of the town' }
const REALM = 'ville.example'

/** Requests that are believed and accepted: their mutants reach the deepest. */
function honestAccess(voucher: string): Buffer[] {
  const parts = { callingStationId: STATION, authenticator: fixed(16), identifier: 1 }
  const token = issuePortalToken(KEYRING, { profile: 0, csid: '020000000001', nas: 'local' }, START_MS, fixed)
  return [
    accessBytes(token.user, token.password, parts),
    accessBytes(MACHINE.name, MACHINE.password, parts),
    accessBytes(PERSON.name, PERSON.password, parts),
    accessBytes(voucher, voucher, parts),
    accessBytes(`someone@${REALM}`, 'x', parts),
    provedBytes(MACHINE.name, chap(MACHINE.password), parts),
    provedBytes(MACHINE.name, mschapv2(MACHINE.name, MACHINE.password).prove, parts),
    provedBytes(`someone@${REALM}`, (writer) => void writer.add(ATTRIBUTES['EAP-Message'], Buffer.of(2, 1, 0, 6, 1, 65)), parts),
  ]
}

/** An upstream that is honest, talks nonsense, or says nothing, in turns. */
function moody(chance: Chance): Script {
  const moods: readonly Script[] = [
    (request, answer) => answer(replyTo(request, CODES.accessAccept, secret, (writer) => void writer.add(ATTRIBUTES['Session-Timeout'], 60))),
    (request, answer) => answer(replyTo(request, chance(60), secret)),
    (request, answer) => answer(mutate([replyTo(request, CODES.accessChallenge, secret, (writer) => void writer.add(ATTRIBUTES.State, fixed(8)))], chance)),
    () => undefined,
  ]
  return (request, answer) => moods[chance(moods.length)]?.(request, answer)
}

let fences = 0
const disconnect: Fence = (identifier) => seal(new PacketWriter().begin(CODES.disconnectRequest, identifier).add(ATTRIBUTES['Acct-Session-Id'], `fence ${fences++}`), secret)

export async function fuzzTown(chance: Chance, onKind?: OnKind): Promise<FuzzTown> {
  const clients = [{ name: 'local', address: '127.0.0.1', secret: SECRET, packetsPerSecond: 1e9 }]
  const real = townEffects(manualClock(START_MS))
  const witness = createWitness(real.metrics, onKind)
  const effects = witnessed(real, witness)
  const { clock } = effects
  const { listen } = witness
  const data = mkdtempSync(join(tmpdir(), 'parvis-fuzz-'))
  const { accounts, vouchers, close: closeUsers } = await openUsers(data, effects)
  const keys = accountKeys(deviceKeyAt(join(data, 'device.key')))
  await accounts.put(await sealAccount(keys, { ...MACHINE, kind: 'machine', label: '', sessions: 0 }, 0, effects.random))
  await accounts.put(await sealAccount(keys, { ...PERSON, kind: 'person', label: '', sessions: 0 }, 0, effects.random))
  const [voucher = ''] = await vouchers.make({ label: 'fuzz', count: 1, form: 'digits', seconds: 36_000, octets: undefined, untilMinute: undefined, devices: 100 })
  const disk = await openDisk(join(data, 'radius.db'), { migrations: ACCOUNTING_MIGRATIONS })
  const live = createLiveSessions(clock)
  const store = createAccountingStore({ writer: disk.durable, reader: disk.reader, clock, log: effects.log, nameOf: sessionNames(fixed(32)), live })
  const upstream = await scriptedServer(moody(chance))
  const checks = createPasswordChecks(clock)
  const stationOf = stationNames(effects.random)
  const radius = await startRadius(
    {
      hosts: ['127.0.0.1'], authPort: 0, acctPort: 0, clients, tokenKeys: KEYRING, profiles: PROFILES,
      upstreams: { realms: [{ realm: REALM, servers: [{ address: '127.0.0.1', authPort: upstream.port, acctPort: upstream.port }], secret: SECRET }], key: secretKey(fixed(32)) },
    },
    effects,
    {
      accounting: meteringVouchers(store, vouchers), live, tokenUses: createTokenUses(undefined, clock), listen,
      sources: [voucherSource({ vouchers, live, profiles: PROFILES, clock, stationOf }), accountSource({ accounts, checks, live, profiles: PROFILES, stationOf })],
      last: strangerSource({ accounts, checks, stationOf }),
    },
  )
  const dynamic = await listenDynamicAuthorization({ hosts: ['127.0.0.1'], port: 0, sources: clients, listen }, effects, { disconnect: async () => 'sessionNotFound', change: async () => 'done' })
  return {
    doors: [
      { name: 'auth', port: radius.authPort, seeds: [...SEEDS.auth, ...honestAccess(voucher)], fence: statusBytes },
      { name: 'acct', port: radius.acctPort, seeds: SEEDS.acct, fence: statusBytes },
      { name: 'coa', port: dynamic.port, seeds: SEEDS.coa, fence: disconnect },
    ],
    witness,
    clock: effects.clock,
    metricsText: () => effects.metrics.text(),
    async close() {
      // What waits for the clock must not hold the end up.
      const draining = setInterval(() => clock.advance(1_000), 10)
      await dynamic.close()
      await radius.close()
      await store.close()
      clearInterval(draining)
      await disk.close()
      await closeUsers()
      upstream.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}
