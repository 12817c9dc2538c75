import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import type { MacAddress } from '#shared/personal.ts'
import { dryRunEnforcer, dryRunMac, dryRunNeighbours } from './dry-run.ts'

const phone = '02007f000002' as MacAddress

test('every loopback address is a phone of its own', () => {
  expect(dryRunMac('127.0.0.2')).toBe('02007f000002')
  expect(dryRunMac('::ffff:127.255.255.254')).toBe('02007ffffffe')
  expect(dryRunMac('::1')).toBe(dryRunMac('127.0.0.1'))
})

test('an address that is no IPv4 address is nobody', async () => {
  for (const address of ['', 'fe80::1', '127.0.0.256', '1.2.3', '1.2.3.4.5', '127.0.0.2 ']) expect(dryRunMac(address)).toBeUndefined()
  expect(await dryRunNeighbours({ clock: manualClock(0) }).asker('2001:db8::7')).toEqual({ kind: 'unknown' })
})

test('a grant ends by itself when its seconds have passed', async () => {
  const clock = manualClock(0)
  const enforcer = dryRunEnforcer({ clock })
  await enforcer.open({ mac: phone, mark: 7, seconds: 60 })
  clock.advance(59_001)
  expect(await enforcer.list()).toMatchObject([{ mac: phone, mark: 7, secondsLeft: 1 }])
  clock.advance(999)
  expect(await enforcer.list()).toEqual([])
})

test('a wall clock that jumps neither shortens nor lengthens a grant', async () => {
  const clock = manualClock(0)
  const enforcer = dryRunEnforcer({ clock })
  await enforcer.open({ mac: phone, mark: 7, seconds: 60 })
  clock.setNow(4_000_000_000_000)
  expect(await enforcer.list()).toMatchObject([{ secondsLeft: 60 }])
})

test('a second grant replaces the first, and closing removes it', async () => {
  const enforcer = dryRunEnforcer({ clock: manualClock(0) })
  await enforcer.open({ mac: phone, mark: 7, seconds: 60 })
  await enforcer.open({ mac: phone, mark: 8, seconds: 90 })
  expect(await enforcer.list()).toMatchObject([{ mark: 8, secondsLeft: 90 }])
  await enforcer.close(phone)
  expect(await enforcer.list()).toEqual([])
})

test('a phone that keeps asking is sighted at most once a minute, and again while it stays', async () => {
  const clock = manualClock(0)
  const neighbours = dryRunNeighbours({ clock })
  const at: number[] = []
  neighbours.onSighting(() => at.push(clock.monotonic()))
  for (let second = 0; second <= 300; second += 5) {
    await neighbours.asker('127.0.0.2')
    clock.advance(5000)
  }
  const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0))
  expect(at.length).toBeGreaterThanOrEqual(3)
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(60_000)
  for (const gap of gaps) expect(gap).toBeLessThanOrEqual(125_000)
})
