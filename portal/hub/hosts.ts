import { isIPv6 } from 'node:net'
import type { MiddlewareHandler } from 'hono'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname)
}

/** Answers only to names that are ours, so that no foreign page can point its own name at the hub (DNS rebinding). */
export function ownHosts(names: readonly string[]): MiddlewareHandler {
  // As `URL` prints them: an IPv6 address in brackets, a name in its ASCII form.
  const own = new Set(names.map((name) => URL.parse(`http://${isIPv6(name) ? `[${name}]` : name}`)?.hostname ?? name.toLowerCase()))
  return async function hosts(c, next) {
    const { hostname } = new URL(c.req.url)
    if (!isLoopback(hostname) && !own.has(hostname)) return c.text('This name is not served here.\n', 421)
    return next()
  }
}
