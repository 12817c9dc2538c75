// What comes back to the tap that let someone in: the same for everyone of the moment but for three words, and kept as bytes.
import type { Clock } from '#shared/clock.ts'
import type { SessionToken } from '#shared/personal.ts'
import { isPlain, type Html, type Reader } from '../pages/frame.ts'
import { successPage, type Keepsake } from '../pages/online.ts'
import { blank, press, type Pressed } from '../pages/pressed.ts'
import { secondsLeft, type OpenSession, type WithdrawalCode } from '../session/session.ts'
import { printedCode } from './reentry/code.ts'

/** Of 9 kB each: sites × languages, for the minute until which a session lasts. */
const MOST_PRESSED = 32
/** The casts hold for the moment between drawing and filling. */
const [TOKEN, WITHDRAWAL, CODE] = [blank(0) as SessionToken, blank(1) as WithdrawalCode, blank(2)]

export type Success = {
  readonly session: OpenSession
  readonly keep: Keepsake
  /** The page the person wanted before, signed by us. */
  readonly continueTo: string | undefined
  readonly extrasRefused: boolean | undefined
}

export function createSuccess(clock: Pick<Clock, 'now'>): (reader: Reader, success: Success) => Promise<Html | Uint8Array<ArrayBuffer>> {
  const pressed = new Map<string, Pressed>()

  async function pressedFor(key: string, draw: () => Html): Promise<Pressed> {
    const known = pressed.get(key)
    if (known) return known
    const made = press(String(await draw()))
    if (pressed.size >= MOST_PRESSED) pressed.clear()
    pressed.set(key, made)
    return made
  }

  return async function successOf(reader, { session, keep, continueTo, extrasRefused }) {
    const nowMs = clock.now()
    const { deadlineMs, startedMs, withdrawal } = session
    const code = keep.code === undefined ? undefined : printedCode(keep.code)
    if (continueTo !== undefined || extrasRefused || !isPlain(reader)) {
      return successPage(reader, session, nowMs, { token: keep.token, code, withdrawal }, continueTo, extrasRefused)
    }
    const left = secondsLeft(session, nowMs)
    // What the page shows of them: minutes left, a thousandth of the ring, the minute until which it lasts.
    const times = [Math.floor(left / 60), Math.round((left * 1e6) / Math.max(1_000, deadlineMs - startedMs)), Math.floor(deadlineMs / 60_000)]
    const key = [reader.site.id, reader.language, withdrawal === '', code === undefined, ...times].join(' ')
    const fill = await pressedFor(key, () => successPage(reader, session, nowMs, { token: TOKEN, withdrawal: withdrawal && WITHDRAWAL, code: code && CODE }, undefined))
    return fill([keep.token, withdrawal, code ?? ''])
  }
}
