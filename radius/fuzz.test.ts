import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { seededChance } from '#test/fuzz/radius/chance.ts'
import { fuzzRadius, reportText } from '#test/fuzz/radius/fuzz.ts'
import { mutate, signAgain } from '#test/fuzz/radius/mutations.ts'
import { SEEDS } from '#test/fuzz/radius/seeds.ts'
import { openWire, SECRET, START_MS, townEffects } from '#test/support/radius-town.ts'
import { seal, sharedSecret } from './authenticator.ts'
import { createNas } from './client.ts'
import { AUTHENTICATOR_AT, CODES } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'

const CASES = 100_000
const SLOWEST_MS = 5
const seed = Number(process.env['PARVIS_FUZZ_SEED'] ?? randomInt(1, 2 ** 31))

test(`${CASES} mutants (seed ${seed}) end nothing, and each burst's honest request is answered`, async () => {
  const report = await fuzzRadius({ cases: CASES, seed })
  process.stdout.write(`${reportText(report)}\n`)
  expect(report.failed).toBe(0)
  expect(report.signed).toBeGreaterThan(CASES / 2)
  expect(report.answered + report.refused).toBeGreaterThan(CASES)
  expect(report.answered).toBeGreaterThan(CASES / 20)
  expect(report.slowestMs).toBeLessThan(SLOWEST_MS)
}, 120_000)

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
    wire.reply(seal(honest, sharedSecret(SECRET)))
    expect(await answer).toEqual({ kind: 'reject' })
  }
  await nas.close()
  wire.close()
})
