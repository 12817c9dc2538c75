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

/** Passwords over an open Wi-Fi can be read by whoever is near. */
export function remarkOnSignIn({ portal, sites }: Settings, remark: Wrong): void {
  const named = [portal.methods, ...sites.map(({ methods }) => methods)].some((methods) => methods?.includes('account'))
  if (named && portal.tls_port === undefined) remark('portal.methods', 'account without portal.tls_port: passwords pass over the air in clear')
}
