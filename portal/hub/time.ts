import type { Handler } from 'hono'
import type { Effects } from '#shared/effects.ts'
import { TIME_TYP } from '#shared/enrolment.ts'
import { signJws, type DeviceKey } from '#shared/sign.ts'

/** `GET /v1/time?nonce=`: the hub's clock, signed over the asker's nonce, so that no stale or forged answer can move a device's floor. */
export function signedTime(key: DeviceKey, effects: Effects): Handler {
  return async function time(c) {
    const nonce = c.req.query('nonce') ?? ''
    if (!/^[\w-]{16,64}$/.test(nonce)) return c.json({ code: 'nonce', message: 'nonce: 16–64 characters of base64url' }, 400)
    c.header('cache-control', 'no-store')
    const jws = await signJws(key, TIME_TYP, JSON.stringify({ nonce, now_ms: effects.clock.now() }))
    return c.body(jws, 200, { 'content-type': 'application/jose' })
  }
}
