import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import type { SessionToken } from '#shared/personal.ts'
import { SQUARE } from '#test/support/portal-town.ts'
import type { Reader } from '../pages/frame.ts'
import { PAGE_LANGUAGES } from '../pages/languages.ts'
import { successPage } from '../pages/online.ts'
import { portalTexts } from '../pages/texts.ts'
import type { OpenSession, WithdrawalCode } from '../session/session.ts'
import { createLook } from '../theme/look.ts'
import { printedCode, type ReentryCode } from './reentry/code.ts'
import { createSuccess, type Success } from './success.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')
const HOUR_MS = 3_600_000
const texts = portalTexts()
const calm = { held: [], line: 'unknown', maintenance: undefined, nowMs: NOW } as const

type Case = { readonly token?: string; readonly code?: string; readonly withdrawal?: string; readonly startedMs?: number; readonly deadlineMs?: number; readonly continueTo?: string; readonly refused?: boolean; readonly reader?: Partial<Reader> }

/** What comes, and what would be drawn for this one alone. */
async function both(make: ReturnType<typeof createSuccess>, language: Reader['language'], one: Case): Promise<{ shown: string; pressed: boolean; drawn: string }> {
  const reader: Reader = { t: texts(language), language, languages: PAGE_LANGUAGES, site: SQUARE, servicesUrl: undefined, look: createLook({}), to: undefined, state: calm, ...one.reader }
  const { startedMs = NOW, deadlineMs = NOW + 2 * HOUR_MS, continueTo, refused } = one
  // The casts: words of these kinds that nobody was given.
  const withdrawal = (one.withdrawal ?? '') as WithdrawalCode
  const keep = { token: (one.token ?? 'a'.repeat(26)) as SessionToken, code: one.code as ReentryCode | undefined, absoluteUrl: 'http://wifi.example/s/' }
  const success: Success = { session: { startedMs, deadlineMs, withdrawal } as OpenSession, keep, continueTo, extrasRefused: refused }
  const body = await make(reader, success)
  const pressed = body instanceof Uint8Array
  const drawn = String(await successPage(reader, success.session, NOW, { token: keep.token, withdrawal, code: keep.code && printedCode(keep.code) }, continueTo, refused))
  return { shown: pressed ? Buffer.from(body).toString('utf8') : String(await body), pressed, drawn }
}

const make = () => createSuccess(manualClock(NOW))

test('each has the page that would be drawn for them alone, in every language, with and without a code and a receipt', async () => {
  const success = make()
  for (const language of PAGE_LANGUAGES) {
    for (const own of [{ token: 'b'.repeat(26), code: '0123456789', withdrawal: 'c'.repeat(16) }, { token: 'd'.repeat(26), code: 'abcdefghjk', withdrawal: 'e'.repeat(16) }, { token: 'f'.repeat(26) }, { code: '0123456789' }, { withdrawal: 'g'.repeat(16) }]) {
      const { shown, pressed, drawn } = await both(success, language, own)
      expect(pressed).toBe(true)
      expect(shown).toBe(drawn)
      expect(shown).toContain(own.token ?? 'a'.repeat(26))
    }
  }
})

test('another length, another end, another place: another page', async () => {
  const success = make()
  for (const one of [{}, { deadlineMs: NOW + HOUR_MS }, { startedMs: NOW - HOUR_MS, deadlineMs: NOW + HOUR_MS }, { deadlineMs: NOW + 2 * HOUR_MS + 60_000 }, { reader: { site: { ...SQUARE, id: 'other', name: 'Gare' } } }, { reader: { site: { ...SQUARE, id: 'island', timezone: 'Indian/Reunion' } } }]) {
    const { shown, drawn } = await both(success, 'fr', one)
    expect(shown).toBe(drawn)
  }
})

test('whatever shares a page would have the same drawn: lengths and ends a few hundred milliseconds, seconds and minutes apart', async () => {
  const success = make()
  for (const agoMs of [0, 1, 400, 1_000, 3_600, 7_300, 59_000, 61_000]) {
    for (const laterMs of [-61_000, -30_000, -1_500, -1, 0, 1, 999, 30_000]) {
      const { shown, drawn } = await both(success, 'fr', { startedMs: NOW - agoMs, deadlineMs: NOW + 2 * HOUR_MS + laterMs })
      expect(shown, `${agoMs} ${laterMs}`).toBe(drawn)
    }
  }
})

test('whoever goes on to a page, was refused an extra, came by a controller or meets a notice has a page drawn', async () => {
  const success = make()
  await both(success, 'fr', {})
  const held = { ...calm, held: [{ id: 'uplink', sinceMs: NOW }] } as const
  for (const one of [{ continueTo: 'http://journal.example/une' }, { refused: true }, { reader: { to: 'abc' } }, { reader: { at: 'abc' } }, { reader: { state: held } }]) {
    const { shown, pressed, drawn } = await both(success, 'fr', one)
    expect(pressed).toBe(false)
    expect(shown).toBe(drawn)
  }
})

test('no more is kept than a moment needs: after many lengths the first is right again', async () => {
  const success = make()
  for (let minutes = 1; minutes <= 100; minutes++) {
    const { shown, drawn } = await both(success, 'fr', { deadlineMs: NOW + minutes * 60_000 })
    expect(shown).toBe(drawn)
  }
  const { shown, drawn } = await both(success, 'fr', { deadlineMs: NOW + 60_000 })
  expect(shown).toBe(drawn)
})
