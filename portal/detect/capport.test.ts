import { expect, test } from 'vitest'
import type { OpenSession } from '../session/session.ts'
import { capportAnswer, type CapportFacts } from './capport.ts'

const NOTHING = { upBytes: 0, downBytes: 0, upPackets: 0, downPackets: 0 }
const FACTS: CapportFacts = { session: undefined, nowMs: 1_000, portalUrl: 'https://wifi.town.example/', servicesUrl: undefined, disturbed: false, extendable: false }
/** Only what the answer reads; a whole session has forty lines. */
const session = (more: Partial<OpenSession>): OpenSession => ({ kind: 'open', deadlineMs: 61_500, limits: {}, usage: NOTHING, ...more }) as OpenSession

test('a captive phone is told where to go, and nothing of what remains', () => {
  expect(capportAnswer({ ...FACTS, extendable: true })).toEqual({
    captive: true,
    'user-portal-url': 'https://wifi.town.example/',
    'venue-info-url': 'https://wifi.town.example/service',
    'can-extend-session': false,
  })
})

test('an open phone is told the seconds, rounded up, and the bytes of both directions together', () => {
  const limited = session({ limits: { quotaBytes: 1_000 }, usage: { ...NOTHING, upBytes: 300, downBytes: 600 } })
  expect(capportAnswer({ ...FACTS, session: limited, extendable: true })).toMatchObject({ captive: false, 'can-extend-session': true, 'seconds-remaining': 61, 'bytes-remaining': 100 })
  expect(capportAnswer({ ...FACTS, session: session({ limits: { quotaBytes: 1 }, usage: { ...NOTHING, upBytes: 2 } }) })).toMatchObject({ 'bytes-remaining': 0 })
})

test('where nothing limits the bytes, none are named', () => {
  expect(capportAnswer({ ...FACTS, session: session({}) })).not.toHaveProperty('bytes-remaining')
})

test('the venue is its directory, and its state while something is the matter', () => {
  const facts = { ...FACTS, servicesUrl: 'https://kiosk.town.example/' }
  expect(capportAnswer(facts)['venue-info-url']).toBe('https://kiosk.town.example/')
  expect(capportAnswer({ ...facts, disturbed: true })['venue-info-url']).toBe('https://wifi.town.example/service')
})
