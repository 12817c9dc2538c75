import type { MethodId } from '#portal/login/method-ids.ts'
import type { Wrong } from './radius-checks.ts'
import type { Settings } from './schema.ts'

function checkMethods(methods: readonly MethodId[], key: string, wrong: Wrong): void {
  if (methods.length === 0) wrong(key, 'name at least one way to sign in')
  if (new Set(methods).size < methods.length) wrong(key, 'the same way twice')
  if (methods.includes('free') && methods.length > 1) wrong(key, 'free shows no page: it stands alone')
  if (methods[0] === 'reentry') wrong(key, 'reentry takes up what another way began: put that one first')
}

/** Which ways to sign in go together. */
export function checkSignIn({ portal, sites }: Settings, wrong: Wrong): void {
  checkMethods(portal.methods, 'portal.methods', wrong)
  for (const [index, { methods }] of sites.entries()) if (methods) checkMethods(methods, `sites[${index}].methods`, wrong)
}

/** Whether the portal's page asks for it, at one site at least. */
export function isOffered(method: MethodId, { portal, sites }: Pick<Settings, 'portal' | 'sites'>): boolean {
  return [portal.methods, ...sites.map(({ methods }) => methods)].some((methods) => methods?.includes(method))
}

export function remarkOnSignIn(settings: Settings, remark: Wrong): void {
  // Over an open Wi-Fi whoever is near can read them, and a door with TLS helps nobody whom the redirect does not send there.
  if (isOffered('account', settings) && !settings.portal.url?.startsWith('https:')) remark('portal.url', 'phones are sent to a page by plain http, where passwords (account) pass over the air in clear: give an https address, with portal.tls_port or with TLS ended before this machine')
  // Access servers elsewhere may ask for what our own page does not.
  if (settings['radius.clients'].length > 0 || settings.controllers.length > 0) return
  for (const [index, { method }] of settings['radius.profiles'].entries()) {
    if (!isOffered(method, settings)) remark(`radius.profiles[${index}].method`, `${method} is not among portal.methods: nobody can sign in that way`)
  }
}
