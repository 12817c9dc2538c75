// Runs in the gateway's namespace: the real RADIUS server as a process of its own, which outlives a portal that is killed,
// and tells each accounting message that it stored as a line of JSON. Arguments: auth port, acct port, seconds of a session, ms by
// which its clock is ahead.
import { randomBytes } from 'node:crypto'
import { tokenKeyring } from '#radius/access/portal-token.ts'
import { createTokenUses } from '#radius/access/token-uses.ts'
import { startRadius } from '#radius/main.ts'
import type { AccountingStore } from '#radius/nas.ts'
import { oneProfile } from '#radius/profiles.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { clockAhead } from './clock-ahead.ts'
import { SECRET, TOKEN_KEY } from './secrets.ts'

const [authPort = 0, acctPort = 0, sessionSeconds = 600, aheadMs = 0] = process.argv.slice(2).map(Number)
const clock = clockAhead(aheadMs)
const effects = { clock, metrics: createMetrics(), log: jsonLog((line) => process.stderr.write(line), clock.now), random: randomBytes }

/** Keeps nothing but what it tells: the journeys count Starts and Stops here. */
const witness: AccountingStore = {
  async record(_client, { status, acctSessionId, terminateCause, sessionSeconds, inputOctets, outputOctets }) {
    process.stdout.write(`${JSON.stringify({ status, id: acctSessionId, cause: terminateCause, seconds: sessionSeconds, up: inputOctets, down: outputOctets })}\n`)
  },
  alive: () => false,
}

await startRadius(
  {
    hosts: ['127.0.0.1'],
    authPort,
    acctPort,
    clients: [{ name: 'local', address: '127.0.0.1', secret: SECRET }],
    tokenKeys: tokenKeyring([0, Buffer.from(TOKEN_KEY)]),
    profiles: oneProfile({ sessionSeconds }),
  },
  effects,
  { accounting: witness, tokenUses: createTokenUses(undefined, clock) },
)
process.stdout.write('{"status":"ready"}\n')
