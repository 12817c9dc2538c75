import { Hono } from 'hono'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import type { DeviceKey } from '#shared/sign.ts'
import { certificateRoute, type CertificateParts } from './certificate/route.ts'
import { createChallenges } from './challenges.ts'
import { enrolment } from './enrol.ts'
import { ownHosts } from './hosts.ts'
import { OPENAPI } from './openapi.ts'
import { receiveBatches } from './receive.ts'
import { staffApp } from './staff/app.ts'
import { showReceiptHeads } from './receipt-heads.ts'
import type { Setup } from './staff/setup.ts'
import type { HubStore } from './store/store.ts'
import { signedTime } from './time.ts'
import { leaseRoute, marksRoute } from './vouchers/lease-route.ts'
import type { Pool } from './vouchers/pool.ts'

export type HubParts = {
  readonly store: HubStore
  readonly key: DeviceKey
  readonly setup: Setup
  readonly pool: Pool
  /** Origin of this hub; known for certain once it listens. */
  readonly origin: () => string
  readonly names: readonly string[]
  readonly city: string
  readonly portalUrl?: (() => string | undefined) | undefined
  readonly vouchersOffered?: boolean | undefined
  readonly languages: Parameters<typeof staffApp>[0]['languages']
  readonly certificates: CertificateParts['certificates']
}

/** Every route of the hub. */
export function hubApp(parts: HubParts, effects: Effects): Hono {
  const app = new Hono()
  const challenges = createChallenges(effects)
  const enrol = enrolment({ ...parts, challenges }, effects)

  app.use(ownHosts(parts.names))
  app.use(async (c, next) => {
    await next()
    c.header('x-content-type-options', 'nosniff')
  })

  app.post('/v1/batches', receiveBatches(parts.store, effects))
  app.get('/v1/enrol/challenge', enrol.challenge)
  app.post('/v1/enrol', enrol.enrol)
  app.post('/v1/certificate', certificateRoute({ ...parts, challenges }, effects))
  app.post('/v1/vouchers', leaseRoute(parts, effects))
  app.post('/v1/voucher-marks', marksRoute(parts, effects))
  app.get('/v1/receipt-heads', showReceiptHeads(parts.store))
  app.get('/v1/time', signedTime(parts.key, effects))

  app.route('/staff', staffApp(parts, effects))
  app.get('/', (c) => c.redirect('/staff'))

  app.get('/healthz', (c) => c.text('ok\n'))
  app.get('/readyz', async (c) => {
    const ready = await parts.store.staff.accounts().then(() => true, () => false)
    return c.text(ready ? 'ok\n' : 'not ready\n', ready ? 200 : 503)
  })
  app.get('/openapi.json', (c) => c.json(OPENAPI))

  app.notFound((c) => c.text('Not found.\n', 404))
  app.onError((error, c) => {
    // hono's own refusals (csrf, body limits) are errors that know their answer.
    if ('getResponse' in error && typeof error.getResponse === 'function') return error.getResponse() as Response
    effects.log.error('hub_failed', { reason: reason(error), path: c.req.routePath })
    effects.metrics.counter('parvis_hub_errors_total', 'Requests that failed in the hub itself')()
    c.header('retry-after', '60')
    return c.text('The hub cannot answer now. Try again in a minute.\n', 503)
  })
  return app
}
