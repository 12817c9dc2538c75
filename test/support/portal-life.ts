// One life of a portal in a process of its own: `node portal-life.ts '{"dir":…,"killAt":"added"}'`. It kills itself with
// SIGKILL at the named arrow of protocols.md §3 and prints its port once it listens.
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { dryRunEnforcer, dryRunNeighbours } from '#portal/gateway/dry-run.ts'
import { startPortal } from '#portal/main.ts'
import { GATEWAY_MIGRATIONS, SESSION_MIGRATIONS } from '#portal/migrations.ts'
import type { Step } from '#portal/session/desk.ts'
import { createNas } from '#radius/client.ts'
import { scaledClock, systemClock } from '#shared/clock.ts'
import { pooledWriter } from '#shared/db/durable-writer.ts'
import { openDb } from '#shared/db/open.ts'
import { silentLog } from '#shared/log.ts'
import { secretKey } from '#shared/keyed-mac.ts'
import { createMetrics } from '#shared/metrics.ts'
import { generateDeviceKey, signJws } from '#shared/sign.ts'
import { portalSettings } from './portal-town.ts'
import { KEYRING, SECRET } from './radius-town.ts'

export type Life = { readonly dir: string; readonly authPort: number; readonly acctPort: number; readonly killAt?: Step; /** A clock that runs so many times as fast, from `startMs` on. */ readonly factor?: number; readonly startMs?: number }

const life = JSON.parse(process.argv[2] ?? '{}') as Life
const { factor = 1 } = life
const clock = life.startMs === undefined ? systemClock() : scaledClock(factor, life.startMs)
// Servers are not faster than they are.
const patience = { firstWaitMs: 1_000 * factor, mostWaitMs: 4_000 * factor }
const effects = { clock, random: randomBytes, log: silentLog(), metrics: createMetrics() }
const gateway = { durability: 'full', migrations: GATEWAY_MIGRATIONS } as const
const key = generateDeviceKey()

const portal = await startPortal(portalSettings(), effects, {
  volatile: openDb(join(life.dir, 'sessions.db'), { durability: 'volatile', migrations: SESSION_MIGRATIONS }),
  durable: await pooledWriter(join(life.dir, 'gateway.db'), gateway),
  reader: openDb(join(life.dir, 'gateway.db'), gateway),
  enforcer: dryRunEnforcer({ clock }),
  neighbours: dryRunNeighbours({ clock }),
  nas: await createNas({ servers: [{ address: '127.0.0.1', authPort: life.authPort, acctPort: life.acctPort, secret: SECRET }], nasIdentifier: 'parvis-test', patience }, effects),
  keyring: KEYRING,
  formKey: secretKey(createHash('sha256').update(life.dir).digest()),
  observations: { sighted() {}, sessionStarted() {}, sessionEnded() {} },
  sign: (typ, payload) => signJws(key, typ, payload),
  step(step) {
    if (step === life.killAt) process.kill(process.pid, 'SIGKILL')
  },
})
process.stdout.write(`${portal.port}\n`)
