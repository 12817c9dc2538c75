import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { canonicalIp, parseMacAddress, type IpAddress, type MacAddress } from '#shared/personal.ts'
import { dryRunMac } from '../gateway/dry-run.ts'
import { createDoctor } from './doctor.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const MORNING = Date.UTC(2026, 10, 3, 8)
const SITE = { timezone: 'Europe/Paris', closeAt: '04:00' }

function ward(macOf: (address: IpAddress) => MacAddress | undefined = dryRunMac) {
  const clock = manualClock(MORNING)
  const doctor = createDoctor({ systems: ['Apple', 'Android'], site: SITE, clock, random: randomBytes, asker: async (address) => {
    const mac = macOf(address)
    return mac === undefined ? { kind: 'unknown' } : { kind: 'client', mac, contested: false }
  } })
  const ip = (number: number) => canonicalIp(`127.3.0.${number}`)
  const mac = (number: number) => macOf(ip(number)) ?? ('' as never)
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    clock, doctor, ip, mac, settle,
    /** A phone of the system, from its first probe on. */
    async arrive(number: number, system = 'Apple') {
      doctor.probed(ip(number), () => system)
      await settle()
    },
    pass(ms: number) {
      for (let gone = 0; gone < ms; gone += MINUTE_MS) {
        clock.advance(Math.min(MINUTE_MS, ms - gone))
        doctor.round()
      }
    },
    verdict: (system = 'Apple') => doctor.diagnoses().find((one) => one.system === system)?.verdict,
  }
}

test('a system whose phones get through works; nothing is said before the day closes', async () => {
  const { arrive, doctor, mac, pass, verdict } = ward()
  for (let phone = 1; phone <= 20; phone++) {
    await arrive(phone)
    doctor.shown(mac(phone))
    doctor.opened(mac(phone))
  }
  pass(30 * MINUTE_MS)
  expect(verdict()).toBe('unseen')
  pass(DAY_MS)
  expect(verdict()).toBe('works')
  expect(verdict('Android')).toBe('unseen')
})

test('nineteen devices are not enough, however often they come back', async () => {
  const { arrive, doctor, mac, pass, verdict } = ward()
  for (let visit = 0; visit < 3; visit++) {
    for (let phone = 1; phone <= 19; phone++) {
      await arrive(phone)
      doctor.opened(mac(phone))
    }
    pass(15 * MINUTE_MS)
  }
  pass(DAY_MS)
  expect(verdict()).toBe('unseen')
})

test('phones that are let through and go on asking as captive ones stall', async () => {
  const { arrive, clock, doctor, ip, mac, pass, verdict } = ward()
  for (let phone = 1; phone <= 21; phone++) {
    await arrive(phone)
    doctor.opened(mac(phone))
  }
  clock.advance(61_000)
  for (let phone = 1; phone <= 11; phone++) doctor.probed(ip(phone), () => 'Apple')
  pass(DAY_MS)
  expect(verdict()).toBe('stalls')
})

test('a probe within the first minute after the release is only a slow phone', async () => {
  const { arrive, clock, doctor, ip, mac, pass, verdict } = ward()
  for (let phone = 1; phone <= 20; phone++) {
    await arrive(phone)
    doctor.opened(mac(phone))
  }
  clock.advance(30_000)
  for (let phone = 1; phone <= 20; phone++) doctor.probed(ip(phone), () => 'Apple')
  pass(DAY_MS)
  expect(verdict()).toBe('works')
})

test('where nobody is ever shown a page, the page does not open; where some are, the others are phones in pockets', async () => {
  for (const [shown, expected] of [[0, 'stalls'], [1, 'unseen']] as const) {
    const { arrive, clock, doctor, ip, mac, pass, verdict } = ward()
    for (let phone = 1; phone <= 21; phone++) await arrive(phone)
    for (let again = 0; again < 3; again++) {
      clock.advance(30_000)
      for (let phone = 1; phone <= 21; phone++) doctor.probed(ip(phone), () => 'Apple')
    }
    for (let phone = 1; phone <= shown; phone++) {
      doctor.shown(mac(phone))
      doctor.opened(mac(phone))
    }
    pass(DAY_MS)
    expect(verdict()).toBe(expected)
  }
})

test('a phone has addresses of both families: what one of them asks belongs to what the other was let through for', async () => {
  // 127.0.0.2 and .3 are one device, .4 and .5 another.
  const { arrive, clock, doctor, ip, mac, pass, verdict } = ward((address) => parseMacAddress(`0200000000${(Number(address.split('.')[3]) >> 1).toString(16).padStart(2, '0')}`))
  for (let phone = 1; phone <= 20; phone++) {
    await arrive(2 * phone)
    await arrive(2 * phone + 1)
    doctor.opened(mac(2 * phone))
  }
  clock.advance(61_000)
  for (let phone = 1; phone <= 20; phone++) doctor.probed(ip(2 * phone), () => 'Apple')
  pass(DAY_MS)
  expect(verdict()).toBe('stalls')
})

test('an address is forgotten within minutes, and what people ask for is never followed', async () => {
  const { arrive, doctor, ip, pass } = ward()
  let looked = 0
  await arrive(1)
  doctor.probed(ip(1), () => (looked++, 'Apple'))
  expect(looked).toBe(0)
  pass(11 * MINUTE_MS)
  // Forgotten: who it is has to be asked anew.
  doctor.probed(ip(1), () => (looked++, undefined))
  doctor.probed(ip(1), () => (looked++, undefined))
  expect(looked).toBe(2)
})
