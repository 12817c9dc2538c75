import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { prepareSocket } from '#shared/http/open-sockets.ts'
import type { IsOurs } from './hosts.ts'
import { rawField } from './raw-field.ts'

/** A route of the portal: exact path, or a path with one token behind it. */
export type Route = { readonly methods: readonly string[]; readonly path: string; readonly pattern?: RegExp }

export type FrontDoor = {
  readonly isOurs: IsOurs
  readonly routes: readonly Route[]
  /** For everything that is not ours, and for addresses we do not have. */
  readonly captive: (request: IncomingMessage, response: ServerResponse, host: string | undefined) => void
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

function hostOf(request: IncomingMessage): string | undefined {
  if (request.url?.[0] === '/') return rawField(request.rawHeaders, 'host')
  originForm(request)
  return request.headers.host
}

/**
 * Decides before the application does: probes come by the thousand when a concert ends, and none of them needs a router.
 * What passes has one of our hosts and one of our paths, so that the application never meets a foreign one.
 */
export function frontDoor({ isOurs, routes, captive, app }: FrontDoor): RequestListener {
  const exact = new Map<string, Set<string>>()
  // A page and its form may share a path.
  for (const { path, pattern, methods } of routes) if (!pattern) exact.set(path, new Set([...(exact.get(path) ?? []), ...methods]))
  const patterns = routes.filter((route) => route.pattern)

  function known(method: string, path: string): boolean {
    const methods = exact.get(path)
    if (methods) return methods.has(method)
    return patterns.some((route) => route.methods.includes(method) && route.pattern?.test(path))
  }

  return function receive(request, response) {
    const host = hostOf(request)
    const ours = isOurs(host, request.socket) && known(request.method ?? '', pathOf(request.url ?? ''))
    if (!ours) return captive(request, response, host)
    prepareSocket(request.socket)
    app(request, response)
  }
}
