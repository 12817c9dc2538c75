// The server under fire: all doors on real sockets, every credential and source, and a witness at each door.
import { createTokenUses } from '#radius/access/token-uses.ts'
import { issuePortalToken } from '#radius/access/portal-token.ts'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { seal, sharedSecret } from '#radius/authenticator.ts'
import { listenDynamicAuthorization } from '#radius/coa.ts'
import { startRadius } from '#radius/main.ts'
import { CODES } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'
import { manualClock, type ManualClock } from '#shared/clock.ts'
import { accessBytes, KEYRING, PROFILES, SECRET, START_MS, statusBytes, townEffects } from '#test/support/radius-town.ts'
import { SEEDS } from './seeds.ts'
import { createWitness, witnessed, type OnKind, type Witness } from './witness.ts'

/** An honest request that is always answered, to see that what came before it has been dealt with. */
export type Fence = (identifier: number) => Buffer
export type FuzzedDoor = { readonly name: string; readonly port: number; readonly seeds: readonly Buffer[]; readonly fence: Fence }
export type FuzzTown = { readonly doors: readonly FuzzedDoor[]; readonly witness: Witness; readonly clock: ManualClock; metricsText(): string; close(): Promise<void> }

const STATION = '02-00-00-00-00-01'
const secret = sharedSecret(SECRET)
const fixed = (length: number): Buffer => Buffer.alloc(length, 9)

/** Requests that are believed and accepted: their mutants reach the deepest. */
function honestAccess(): Buffer[] {
  const token = issuePortalToken(KEYRING, { profile: 0, csid: '020000000001', nas: 'local' }, START_MS, fixed)
  return [accessBytes(token.user, token.password, { callingStationId: STATION, authenticator: fixed(16), identifier: 1 })]
}

let fences = 0
const disconnect: Fence = (identifier) => seal(new PacketWriter().begin(CODES.disconnectRequest, identifier).add(ATTRIBUTES['Acct-Session-Id'], `fence ${fences++}`), secret)

export async function fuzzTown(onKind?: OnKind): Promise<FuzzTown> {
  const clients = [{ name: 'local', address: '127.0.0.1', secret: SECRET, packetsPerSecond: 1e9 }]
  const real = townEffects(manualClock(START_MS))
  const witness = createWitness(real.metrics, onKind)
  const effects = witnessed(real, witness)
  const { listen } = witness
  const accounting = { record: async () => undefined, alive: () => false }
  const radius = await startRadius(
    { hosts: ['127.0.0.1'], authPort: 0, acctPort: 0, clients, tokenKeys: KEYRING, profiles: PROFILES },
    effects,
    { accounting, tokenUses: createTokenUses(undefined, effects.clock), listen },
  )
  const dynamic = await listenDynamicAuthorization({ hosts: ['127.0.0.1'], port: 0, sources: clients, listen }, effects, { disconnect: async () => 'sessionNotFound', change: async () => 'done' })
  return {
    doors: [
      { name: 'auth', port: radius.authPort, seeds: [...SEEDS.auth, ...honestAccess()], fence: statusBytes },
      { name: 'acct', port: radius.acctPort, seeds: SEEDS.acct, fence: statusBytes },
      { name: 'coa', port: dynamic.port, seeds: SEEDS.coa, fence: disconnect },
    ],
    witness,
    clock: effects.clock,
    metricsText: () => effects.metrics.text(),
    async close() {
      await dynamic.close()
      await radius.close()
    },
  }
}
