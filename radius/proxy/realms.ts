/** Which realm a name belongs to (RFC 7542): what follows its last `@`, whatever the case of its letters. */
import { UsageError } from '#shared/errors.ts'

/** Every realm that has no row of its own. */
const ANY_REALM = '*'
/** Names without a realm: no DNS name looks like this. */
const NO_REALM = '-'
const BELOW = '*.'
export const REALM_FORM = /^(?:\*|-|(?:\*\.)?[^\s@*]{1,250})$/
/** The same in words. */
export const REALM_FORMS = 'a realm: ville.example, *.example for those below it, * for every other one, or - for names without one'

/** In lower case; undefined for a name without one. */
export function realmOf(userName: string): string | undefined {
  const at = userName.lastIndexOf('@')
  return at < 0 ? undefined : userName.slice(at + 1).toLowerCase()
}

export type Realms<T> = {
  /** Of several that fit, the exact one, then the longest. */
  find(userName: string): T | undefined
}

/** @throws UsageError `upstream_realm` for a realm of a wrong form, or one that is there twice. */
export function realmTable<T>(rows: readonly { readonly realm: string; readonly value: T }[]): Realms<T> {
  const byRealm = new Map<string, T>()
  for (const { realm, value } of rows) {
    const key = realm.toLowerCase()
    const data = { realm: key }
    if (!REALM_FORM.test(key)) throw new UsageError('upstream_realm', `radius.upstreams: expected ${REALM_FORMS}`, { data })
    if (byRealm.has(key)) throw new UsageError('upstream_realm', `radius.upstreams: the realm ${key} is there twice; put its servers into one list`, { data })
    byRealm.set(key, value)
  }

  function below(realm: string): T | undefined {
    for (let dot = realm.indexOf('.'); dot >= 0; dot = realm.indexOf('.', dot + 1)) {
      const found = byRealm.get(BELOW + realm.slice(dot + 1))
      if (found !== undefined) return found
    }
    return undefined
  }
  return {
    find(userName) {
      const realm = realmOf(userName)
      if (realm === undefined || realm === '') return byRealm.get(NO_REALM)
      return byRealm.get(realm) ?? below(realm) ?? byRealm.get(ANY_REALM)
    },
  }
}
