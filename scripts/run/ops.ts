// The operator's door on loopback: is it alive, is it ready, and exact counters that must never leave the machine.
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { Metrics } from '#shared/metrics.ts'
import { listen, type Listening } from '#shared/http/listen.ts'

/** What /readyz asks: a name and whether that part can do its work. */
export type Readiness = Readonly<Record<string, () => boolean>>

const LOOPBACK_NAMES = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i

export function opsApp(metrics: Metrics, readiness: Readiness, operator?: Hono): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    // A page of any website can make a browser ask loopback under a name of its own (DNS rebinding).
    if (!LOOPBACK_NAMES.test(c.req.header('host') ?? '')) return c.text('this door answers to localhost only\n', 421)
    c.header('cache-control', 'no-store')
    // Exact counters: no page in a browser on this machine may take them in as a script, a style or a picture.
    c.header('x-content-type-options', 'nosniff')
    c.header('cross-origin-resource-policy', 'same-origin')
    return next()
  })
  app.get('/', (c) => c.text(`/healthz   is it alive\n/readyz    can it do its work\n/metrics   exact counters, for this machine only\n${operator ? '/operator  live connections, with a code from: parvis operator code NAME\n' : ''}`))
  app.get('/healthz', (c) => c.text('alive\n'))
  app.get('/readyz', (c) => {
    const waiting = Object.entries(readiness).filter(([, ready]) => !ready()).map(([name]) => name)
    return c.json({ ready: waiting.length === 0, waiting }, waiting.length === 0 ? 200 : 503)
  })
  app.get('/metrics', (c) => c.body(metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }))
  if (operator) app.get('/operator/', (c) => c.redirect('/operator', 308)).route('/operator', operator)
  return app
}

/** @param operator what is at /operator; absent where no portal runs. */
export function startOps(port: number, metrics: Metrics, readiness: Readiness, operator?: Hono): Promise<Listening> {
  return listen({ hosts: ['127.0.0.1'], port, key: 'ops.port', handler: getRequestListener(opsApp(metrics, readiness, operator).fetch) })
}
