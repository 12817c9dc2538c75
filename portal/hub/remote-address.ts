import type { Context } from 'hono'
import type { HttpBindings } from '@hono/node-server'

/** Where a request came from, by its socket: forwarding headers are anyone's to write. Empty for in-process requests. */
export function remoteAddress(c: Context): string {
  const bindings = c.env as Partial<HttpBindings> | undefined
  return bindings?.incoming?.socket.remoteAddress ?? ''
}
