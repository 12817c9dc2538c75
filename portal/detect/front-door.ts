import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { IsOurs } from './hosts.ts'

/** A route of the portal: exact path, or a path with one token behind it. */
export type Route = { readonly methods: readonly string[]; readonly path: string; readonly pattern?: RegExp }

export type FrontDoor = {
  readonly isOurs: IsOurs
  readonly routes: readonly Route[]
  /** For everything that is not ours, and for addresses we do not have. */
  readonly captive: (request: IncomingMessage, response: ServerResponse) => void
  readonly app: RequestListener
}

function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query < 0 ? target : target.slice(0, query)
}

/** RFC 9112 §3.2.2: servers accept the absolute form, and its authority replaces Host. */
function originForm(request: IncomingMessage): void {
  const absolute = /^http:\/\/([^/?#]*)([^#]*)/i.exec(request.url ?? '')
  if (!absolute) return
  request.headers.host = absolute[1]
  request.url = absolute[2]?.startsWith('/') ? absolute[2] : `/${absolute[2] ?? ''}`
}

/**
 * Decides before the application does: probes come by the thousand when a concert ends, and none of them needs a router.
 * What passes has one of our hosts and one of our paths, so that the application never meets a foreign one.
 */
export function frontDoor({ isOurs, routes, captive, app }: FrontDoor): RequestListener {
  const exact = new Map(routes.filter((route) => !route.pattern).map((route) => [route.path, new Set(route.methods)]))
  const patterns = routes.filter((route) => route.pattern)

  function known(method: string, path: string): boolean {
    const methods = exact.get(path)
    if (methods) return methods.has(method)
    return patterns.some((route) => route.methods.includes(method) && route.pattern?.test(path))
  }

  return function receive(request, response) {
    if (request.url?.[0] !== '/') originForm(request)
    const ours = isOurs(request.headers.host, request.socket) && known(request.method ?? '', pathOf(request.url ?? ''))
    return ours ? app(request, response) : captive(request, response)
  }
}
