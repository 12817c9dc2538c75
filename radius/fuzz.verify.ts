// Almost right packets through real sockets: whatever arrives, the next honest request is answered. More than half of them are signed
// with the right secret, so that they get past the authenticator and into the services.
import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { mutate, SEEDS, seededChance, signAgain, type Chance } from '#test/support/radius-mutate.ts'
import { openWire, radiusTown, SECRET, START_MS, statusBytes, townEffects, type Wire } from '#test/support/radius-town.ts'
import { ATTRIBUTES } from './attributes.ts'
import { responseAuthenticatorHolds, seal, sharedSecret } from './authenticator.ts'
import { createNas } from './client.ts'
import { listenDynamicAuthorization } from './coa.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'

const CASES = 100_000
/** Small enough for a socket's buffer, so that none is lost unseen. */
const BURST = 50
/** Out of ten. */
const SIGNED = 7
const seed = Number(process.env['PARVIS_FUZZ_SEED'] ?? randomInt(1, 2 ** 31))
const secret = sharedSecret(SECRET)

type Fence = (identifier: number) => Buffer

/** Sends `cases` mutants; after each burst the fence's reply must come. Returns the longest time a burst took, in ms a packet. */
async function bombard(wire: Wire, port: number, seeds: readonly Buffer[], cases: number, fence: Fence, chance: Chance): Promise<number> {
  let slowest = 0
  for (let sent = 0; sent < cases; sent += BURST) {
    const began = performance.now()
    for (let i = 0; i < BURST; i++) {
      const bytes = mutate(seeds, chance)
      wire.send(chance(10) < SIGNED ? signAgain(bytes, SECRET) : bytes, port)
    }
    const honest = fence(chance(256))
    wire.send(honest, port)
    const asked = honest.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
    for (let reply = await wire.next(); !responseAuthenticatorHolds(reply, asked, secret); reply = await wire.next());
    slowest = Math.max(slowest, (performance.now() - began) / BURST)
  }
  return slowest
}

let fences = 0
const disconnect: Fence = (identifier) => seal(new PacketWriter().begin(CODES.disconnectRequest, identifier).add(ATTRIBUTES['Acct-Session-Id'], `fence ${fences++}`), secret)

test(`${CASES} mutants (seed ${seed}) end nothing, and each burst's honest request is answered`, async () => {
  const clients = [{ name: 'local', address: '127.0.0.1', secret: SECRET, packetsPerSecond: 1e9 }]
  const town = await radiusTown({ clients })
  const coa = await listenDynamicAuthorization({ hosts: ['127.0.0.1'], port: 0, sources: clients }, town.effects, { disconnect: async () => false })
  const wire = await openWire()
  const chance = seededChance(seed)
  const slowest = [
    await bombard(wire, town.radius.authPort, SEEDS.auth, CASES / 2, statusBytes, chance),
    await bombard(wire, town.radius.acctPort, SEEDS.acct, CASES / 4, statusBytes, chance),
    await bombard(wire, coa.port, SEEDS.coa, CASES / 4, disconnect, chance),
  ]
  const metrics = town.effects.metrics.text()
  const count = (pattern: RegExp): number => [...metrics.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0)
  const believed = count(/^parvis_radius_answered_total\{.*\} (\d+)$/gm)
  const refused = count(/^parvis_radius_refused_total\{.*\} (\d+)$/gm)
  process.stdout.write(`fuzz radius: seed ${seed}, ${believed} replies, ${refused} refusals, slowest burst ${Math.max(...slowest).toFixed(3)} ms a packet\n`)
  expect(believed + refused).toBeGreaterThan(CASES)
  expect(believed).toBeGreaterThan(CASES / 20)
  expect(metrics).not.toContain('reason="failed"')
  expect(Math.max(...slowest)).toBeLessThan(5)
  wire.close()
  await coa.close()
  await town.close()
})

test(`a server that answers nonsense (seed ${seed}) gives the portal no session`, async () => {
  const chance = seededChance(seed)
  const wire = await openWire()
  const server = { address: '127.0.0.1', authPort: wire.port, acctPort: wire.port, secret: SECRET }
  const nas = await createNas({ servers: [server], nasIdentifier: 'parvis', patience: { firstWaitMs: 1_000, tries: 1 } }, townEffects(manualClock(START_MS)))
  const question = { userName: 'u', password: 'p', callingStationId: '02-00-00-00-00-01', nasIdentifier: 'parvis' }
  for (let round = 0; round < 300; round++) {
    const answer = nas.access(question)
    const request = await wire.next()
    for (let i = 0; i < 20; i++) {
      const bytes = mutate(SEEDS.auth, chance)
      if (bytes.length >= 2) bytes.set([2, request.identifier])
      wire.reply(signAgain(bytes, SECRET))
    }
    const honest = new PacketWriter().begin(CODES.accessReject, request.identifier, request.bytes, AUTHENTICATOR_AT).reserveMessageAuthenticator()
    wire.reply(seal(honest, secret))
    expect(await answer).toEqual({ kind: 'reject' })
  }
  await nas.close()
  wire.close()
})
