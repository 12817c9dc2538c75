import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openDb } from '../db/open.ts'
import { colonMac, type MacAddress } from '../personal.ts'
import { openDayStore } from './day-store.ts'
import { createRig, NO_NOISE, phone, site, type Rig } from './test/rig.ts'
import { VOLATILE_COUNT_OPTIONS } from './volatile.ts'

let rig: Rig
afterEach(() => rig.close())

const DEVICES = 200
/** Of them looked for: one in so many, because each has forty forms and the files are large. */
const LOOKED_FOR = 5

function forms(address: MacAddress): string[] {
  const bytes = Buffer.from(address, 'hex')
  const colons = colonMac(address)
  const written = [address, address.toUpperCase(), colons, colons.replaceAll(':', '-').toUpperCase(), address.replace(/(....)(?=.)/g, '$1.')]
  const digests = [...written, bytes].flatMap((text) => ['md5', 'sha1', 'sha256'].map((name) => createHash(name).update(text).digest()))
  const binary = [bytes, ...digests.map((digest) => digest.subarray(0, 6))]
  return [...written, bytes.toString('base64'), ...binary.map((part) => part.toString('latin1')), ...digests.map((digest) => digest.toString('hex').slice(0, 12))]
}

async function aDay(): Promise<void> {
  rig = createRig({ sites: [site('busy')], start: '2026-06-10T02:00:00Z' })
  await rig.until('2026-06-10T08:10:00Z')
  for (let n = 0; n < DEVICES; n++) {
    rig.counts.sighted('busy', phone(n))
    rig.counts.sessionStarted({ site: 'busy', session: `visit-${n}`, device: phone(n), startedMs: rig.clock.now(), method: 'click', language: 'fr' })
  }
}

test('neither the volatile nor the durable files ever hold a device in any form that one could look up', async () => {
  await aDay()
  const planted = forms(phone(LOOKED_FOR))[2] ?? ''
  rig.volatile.exec(`create table planted as select '${planted}' as text`)
  expect(rig.bytes()).toContain(planted)
  rig.volatile.exec(`update planted set text = ''; pragma wal_checkpoint(truncate)`)
  for (const instant of ['2026-06-10T08:20:00Z', '2026-06-11T02:15:00Z']) {
    await rig.until(instant)
    const bytes = rig.bytes()
    expect(bytes.length).toBeGreaterThan(10_000)
    const found = Array.from({ length: DEVICES / LOOKED_FOR }, (_, n) => forms(phone(n * LOOKED_FOR)).filter((form) => bytes.includes(form))).flat()
    expect(found).toEqual([])
  }
})

test('the durable file does not hold the keyed entries of the day either', async () => {
  await aDay()
  await rig.until('2026-06-10T09:15:00Z')
  const ids = rig.volatile.prepare<[], { id: Buffer }>('select id from device union all select id from session').all()
  expect(ids).toHaveLength(2 * DEVICES)
  const durable = rig.bytes(/^counts/)
  for (const { id } of ids) for (const form of [id.toString('latin1'), id.toString('hex'), id.toString('base64')]) expect(durable.includes(form)).toBe(false)
})

test('at close the key and every device entry are gone from the volatile file, its journal included', async () => {
  await aDay()
  const row = rig.volatile.prepare<[], { key: Buffer; id: Buffer }>('select key, (select id from device limit 1) as id from site_day').get()
  const [key, id] = [row?.key.toString('latin1') ?? '', row?.id.toString('latin1') ?? '']
  expect(rig.bytes()).toContain(key)
  expect(rig.bytes()).toContain(id)
  // No round at close: the first thing seen afterwards closes the day.
  rig.clock.advance(Date.parse('2026-06-11T02:00:01Z') - rig.clock.now())
  rig.counts.sighted('busy', phone(1))
  expect(rig.bytes()).not.toContain(key)
  expect(rig.bytes()).not.toContain(id)
})

test('the durable file never sees a counter before its interval is over', async () => {
  await aDay()
  await rig.until('2026-06-10T08:45:00Z')
  const seen = rig.cells().filter(({ from }) => from >= '2026-06-10T08:00Z')
  expect(seen).toEqual([])
  expect(rig.reader.prepare('select count(*) as n from released_cell where from_ms >= ?').get(Date.parse('2026-06-10T08:00:00Z'))).toEqual({ n: 0 })
  await rig.until('2026-06-10T09:00:00Z')
  expect(rig.cells().find(({ from, release }) => release === 'arrivals' && from === '2026-06-10T08:00Z')?.value).toBe(DEVICES)
})

test('a start wipes out the keys of sites that are no longer configured, and of a close that a kill cut short', async () => {
  await aDay()
  const [gone, dropped] = ['g', 'd'].map((letter) => Buffer.from(letter.repeat(32)))
  const add = rig.volatile.prepare("insert into site_day (site, day, starts_ms, closes_ms, counts_from_ms, class, profile, timezone, key) values (?, '2026-06-09', 0, 1, 0, 'square', 'standard', 'UTC', ?)")
  add.run('gone', gone)
  add.run('busy', dropped)
  // The transaction of the close, without what follows on it.
  rig.volatile.exec("update site_day set key = null where day = '2026-06-09' and site = 'busy'")
  for (const key of [gone, dropped]) expect(rig.bytes(/^volatile/)).toContain(key?.toString('latin1'))
  // A second process on the same files: the first never closed them.
  const after = openDb(join(rig.dir, 'volatile-0.db'), VOLATILE_COUNT_OPTIONS)
  openDayStore(after, NO_NOISE, randomBytes).resume(new Set(['busy']))
  for (const key of [gone, dropped]) expect(rig.bytes(/^volatile/)).not.toContain(key?.toString('latin1'))
  after.close()
})
