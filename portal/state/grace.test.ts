import { expect, test } from 'vitest'
import { ACCESS_METHODS, type AccessMethod } from '#radius/access-methods.ts'
import { issuePortalToken } from '#radius/access/portal-token.ts'
import type { AccessAnswer, Nas } from '#radius/nas.ts'
import { manualClock } from '#shared/clock.ts'
import { KEYRING } from '#test/support/radius-town.ts'
import { randomBytes } from 'node:crypto'
import { withGrace } from './grace.ts'

const SILENT: AccessAnswer = { kind: 'silence' }
const clock = manualClock(Date.UTC(2026, 10, 3, 10))
const userBy = (method: AccessMethod) => issuePortalToken(KEYRING, { profile: ACCESS_METHODS.indexOf(method), csid: '020000000001', nas: 'local' }, clock.now(), randomBytes).user
const question = (userName: string) => ({ userName, password: 'x', callingStationId: '02-00-00-00-00-01', nasIdentifier: 'test' })
function nas(access: () => Promise<AccessAnswer>): Nas {
  return { access, account: async () => false, close: async () => {} }
}

test('without grace silence stays silence', async () => {
  expect(await withGrace(nas(async () => SILENT), undefined, () => true, clock).access(question(userBy('click')))).toEqual(SILENT)
})

test('with it a tap opens a short connection, for so many at once and no more; each makes room when its time is up', async () => {
  const { access } = withGrace(nas(async () => SILENT), { seconds: 600, most: 2 }, () => true, clock)
  const tap = () => access(question(userBy('click')))
  expect(await tap()).toEqual({ kind: 'accept', authorisation: { sessionSeconds: 600 } })
  clock.advance(300_000)
  expect((await tap()).kind).toBe('accept')
  expect(await tap()).toEqual(SILENT)
  clock.advance(300_000)
  expect((await tap()).kind).toBe('accept')
  expect(await tap()).toEqual(SILENT)
})

test('what only the server can judge waits for it: vouchers, accounts, names that look like neither', async () => {
  const { access } = withGrace(nas(async () => SILENT), { seconds: 600, most: 9 }, () => true, clock)
  for (const user of [userBy('voucher'), userBy('account'), 'amina', '12345678901234567890', '']) expect(await access(question(user)), user).toEqual(SILENT)
  expect((await access(question(userBy('free')))).kind).toBe('accept')
})

test('a server that says no is no silent one', async () => {
  const { access } = withGrace(nas(async () => ({ kind: 'reject' })), { seconds: 600, most: 9 }, () => true, clock)
  expect(await access(question(userBy('click')))).toEqual({ kind: 'reject' })
})

test('a server known to be silent keeps nobody waiting longer than a second and a half; one that answers in time is heard', async () => {
  const answer = Promise.withResolvers<AccessAnswer>()
  const { access } = withGrace(nas(() => answer.promise), undefined, () => true, clock)
  const [first, second] = [access(question(userBy('click'))), access(question(userBy('click')))]
  clock.advance(1_499)
  answer.resolve({ kind: 'accept', authorisation: {} })
  expect((await first).kind).toBe('accept')
  expect((await second).kind).toBe('accept')
  const stalled = withGrace(nas(() => new Promise(() => {})), undefined, () => true, clock).access(question(userBy('click')))
  clock.advance(1_500)
  expect(await stalled).toEqual(SILENT)
})
