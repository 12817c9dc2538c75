// A process that hears accounting as the radius role does, for tests that cut its power. Arguments: a directory for its file. Prints
// the accounting port; lives until it is killed.
import { join } from 'node:path'
import { createTokenUses } from '#radius/access/token-uses.ts'
import { ACCOUNTING_MIGRATIONS, createAccountingStore } from '#radius/accounting-store.ts'
import { createLiveSessions } from '#radius/live-sessions.ts'
import { startRadius } from '#radius/main.ts'
import { sessionNames } from '#radius/session-name.ts'
import { systemClock } from '#shared/clock.ts'
import { pooledWriter } from '#shared/db/durable-writer.ts'
import { openDb } from '#shared/db/open.ts'
import { KEYRING, PROFILES, SECRET, townEffects } from './radius-town.ts'

const path = join(process.argv[2] ?? '', 'radius.db')
const effects = townEffects(systemClock())
const options = { durability: 'full', migrations: ACCOUNTING_MIGRATIONS, secureDelete: true } as const
// An earlier life has closed its files, and with them gone is the write-ahead log: this one makes another.
openDb(path, options).close()
const writer = await pooledWriter(path, options)
const live = createLiveSessions(effects.clock)
const accounting = createAccountingStore({ writer, reader: openDb(path, options), clock: effects.clock, log: effects.log, nameOf: sessionNames(Buffer.alloc(32)), live })
const { acctPort } = await startRadius(
  { hosts: ['127.0.0.1'], authPort: 0, acctPort: 0, clients: [{ name: 'local', address: '127.0.0.1', secret: SECRET }], tokenKeys: KEYRING, profiles: PROFILES },
  effects,
  { accounting, live, tokenUses: createTokenUses(undefined, effects.clock) },
)
process.stdout.write(`${acctPort}\n`)
