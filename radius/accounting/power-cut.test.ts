// A hundred power cuts: a server that is being watched by strace acknowledges accounting; what it wrote is cut off anywhere, and whatever
// it had acknowledged by then must be there when the file is opened again.
import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { inlineWriter } from '#shared/db/durable-writer.ts'
import { openDb } from '#shared/db/open.ts'
import { silentLog } from '#shared/log.ts'
import { seededChance } from '#test/fuzz/radius/chance.ts'
import { absent, peer } from '#test/support/peer.ts'
import { SECRET } from '#test/support/radius-town.ts'
import { afterPowerCut, readTrace, STRACE, type Event } from '#test/support/recorded-disk.ts'
import { ACCOUNTING_MIGRATIONS, createAccountingStore } from '../accounting-store.ts'
import { sharedSecret } from '../authenticator.ts'
import { accountingRequest } from '../client/requests.ts'
import { createLiveSessions } from '../live-sessions.ts'
import type { AccountingReport } from '../nas.ts'
import { sessionNames } from '../session-name.ts'

const TOWN = join(import.meta.dirname, '../../test/support/accounting-town.ts')
const CUTS = 100
/** Each has 256 identifiers, used once: a reply then says which report it acknowledges. */
const SOCKETS = 32
const IN_FLIGHT = 1
const SEED = Number(process.env['PARVIS_FUZZ_SEED'] ?? process.hrtime.bigint() % 1_000_000_000n)
const STATUSES = ['start', 'interim', 'stop'] as const
const nameOf = sessionNames(Buffer.alloc(32))
const options = { durability: 'full', migrations: ACCOUNTING_MIGRATIONS } as const

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'parvis-power-')))
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(dir, { recursive: true })
})

/** Three reports a session; the octets say which report it was. */
function reportOf(serial: number): AccountingReport {
  const step = serial % 3
  return {
    status: STATUSES[step] ?? 'start', nasIdentifier: 'ap-1', acctSessionId: `s${Math.floor(serial / 3)}`, userName: 'someone',
    eventSeconds: 1_800_000_000 + serial, sessionSeconds: step * 300, inputOctets: step * 1_000, outputOctets: step * 2_000,
  }
}

async function sendAll(socket: Socket, first: number, server: number): Promise<void> {
  let next = 0
  const secret = sharedSecret(SECRET)
  const send = (): void => {
    if (next < 256) socket.send(accountingRequest(next, reportOf(first + next++), secret).bytes, server, '127.0.0.1')
  }
  for (let n = 0; n < IN_FLIGHT; n++) send()
  for (let heard = 0; heard < 256; heard++) {
    await once(socket, 'message')
    send()
  }
}

type Recording = { readonly events: readonly Event[]; /** By the port of its socket. */ readonly firstSerial: ReadonlyMap<number, number> }

async function record(): Promise<Recording> {
  const [disk, trace] = [join(dir, 'disk'), join(dir, 'trace')]
  mkdirSync(disk)
  const child = spawn(peer('strace'), [...STRACE, '-o', trace, process.execPath, TOWN, disk], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  children.push(child)
  const [line] = await once(child.stdout, 'data')
  const firstSerial = new Map<number, number>()
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, async (_, index) => {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    firstSerial.set(socket.address().port, index * 256)
    return socket
  }))
  await Promise.all(sockets.map((socket, index) => sendAll(socket, index * 256, Number(String(line)))))
  // Until the last are folded as well.
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  for (const socket of sockets) socket.close()
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await once(child, 'exit')
  return { events: readTrace(readFileSync(trace, 'latin1'), disk), firstSerial }
}

type Row = { readonly session: string; readonly seconds: number; readonly input_octets: number; readonly output_octets: number; readonly stop_minute: number | null }

/** What the next start makes of the files. */
async function sessionsIn(files: ReadonlyMap<string, Buffer>, name: string): Promise<Map<string, Row>> {
  const disk = join(dir, name)
  mkdirSync(disk)
  for (const [file, bytes] of files) writeFileSync(join(disk, file), bytes)
  const path = join(disk, 'radius.db')
  const [writer, reader, clock] = [inlineWriter(path, { ...options, durability: 'volatile' }), openDb(path, options), manualClock(1_800_000_000_000)]
  const store = createAccountingStore({ writer, reader, clock, log: silentLog(), nameOf, live: createLiveSessions(clock) })
  await store.settled()
  const rows = reader.prepare<[], Row>('select session, seconds, input_octets, output_octets, stop_minute from accounting_session').all()
  expect(reader.prepare('select count(*) from accounting_journal').pluck().get()).toBe(0)
  await store.close()
  await writer.close()
  reader.close()
  rmSync(disk, { recursive: true })
  return new Map(rows.map((row) => [row.session, row]))
}

function acknowledged({ events, firstSerial }: Recording, cut: number): AccountingReport[] {
  return events.slice(0, cut).flatMap((event) => {
    const first = event.kind === 'sent' ? firstSerial.get(event.port) : undefined
    return event.kind === 'sent' && first !== undefined ? [reportOf(first + (event.bytes[1] ?? 0))] : []
  })
}

function holds(row: Row | undefined, report: AccountingReport): boolean {
  if (!row || row.seconds < (report.sessionSeconds ?? 0) || row.input_octets < (report.inputOctets ?? 0) || row.output_octets < (report.outputOctets ?? 0)) return false
  return report.status !== 'stop' || row.stop_minute !== null
}

test.skipIf(absent('strace'))('after each of a hundred power cuts every acknowledged report is there', { timeout: 120_000 }, async () => {
  const recording = await record()
  const { events } = recording
  process.stdout.write(`power cuts: seed ${SEED}, ${events.length} events\n`)
  expect(acknowledged(recording, events.length)).toHaveLength(SOCKETS * 256)
  // The log went round, so that the database itself was written while reports came.
  expect(events.filter((event) => event.kind === 'write' && event.name === 'radius.db' && event.at > 0).length).toBeGreaterThan(50)
  const chance = seededChance(SEED)
  const lost: string[] = []
  for (let n = 0; n < CUTS; n++) {
    const cut = chance(events.length + 1)
    const rows = await sessionsIn(afterPowerCut(events, cut, chance), `cut-${n}`)
    for (const report of acknowledged(recording, cut)) if (!holds(rows.get(nameOf('local', report.acctSessionId)), report)) lost.push(`cut ${n} at ${cut}: ${report.status} of ${report.acctSessionId}`)
  }
  expect(lost.slice(0, 20)).toEqual([])
})
