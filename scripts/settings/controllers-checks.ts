import { isReturnAddress } from '#portal/controllers/allow-list.ts'
import { CONTROLLER_NEEDS } from '#portal/controllers/controller.ts'
import { DEFAULT_SITE } from '#shared/place.ts'
import type { Wrong } from './radius-checks.ts'
import type { Settings } from './schema.ts'

type Row = Settings['controllers'][number]

/** What each need is called in the settings, and whether it is met. */
const NEEDS: Readonly<Record<(typeof CONTROLLER_NEEDS)[keyof typeof CONTROLLER_NEEDS][number], readonly { readonly key: keyof Row; met(row: Row): boolean }[]>> = {
  secret: [{ key: 'secret', met: ({ secret }) => secret !== undefined }],
  addresses: [{ key: 'addresses', met: ({ addresses }) => addresses.length > 0 }],
  api: [
    { key: 'api_url', met: ({ api_url }) => api_url !== undefined },
    { key: 'api_user', met: ({ api_user }) => api_user !== undefined },
    { key: 'api_password', met: ({ api_password }) => api_password !== undefined },
  ],
}
const LISTS = ['addresses', 'poll_from'] as const

/** What the rows of `[[controllers]]` must have, and what no two of them may share. */
export function checkControllers(settings: Settings, sites: readonly string[], wrong: Wrong): void {
  const { controllers } = settings
  const names = controllers.map(({ name }) => name)
  for (const [index, row] of controllers.entries()) {
    const at = `controllers[${index}]`
    if (!row.name) wrong(`${at}.name`, 'missing')
    else if (names.indexOf(row.name) !== index) wrong(`${at}.name`, `"${row.name}" is used twice`)
    for (const need of CONTROLLER_NEEDS[row.kind]) for (const { key, met } of NEEDS[need]) if (!met(row)) wrong(`${at}.${key}`, 'missing')
    for (const list of LISTS) for (const text of row[list]) if (!isReturnAddress(text)) wrong(`${at}.${list}`, `"${text}" is none of 192.168.8.1, 10.1.0.0/16, 192.168.8.1:2050 and a name`)
    if (row.site !== undefined && row.site !== DEFAULT_SITE && !sites.includes(row.site)) wrong(`${at}.site`, `there is no site "${row.site}"`)
    if (row.radius_client !== undefined && !settings['radius.clients'].some(({ name }) => name === row.radius_client)) wrong(`${at}.radius_client`, `there is no [[radius.clients]] named "${row.radius_client}"`)
    // UniFi's redirect tells its site and nothing else of where it comes from.
    const same = controllers.findIndex((other) => other.kind === 'unifi' && row.kind === 'unifi' && other.api_site === row.api_site)
    if (same >= 0 && same < index) wrong(`${at}.api_site`, `controllers[${same}] has it already: a redirect would not tell them apart`)
  }
}

/** Whoever may poll hears the tokens of every phone that waits there. */
export function remarkOnControllers({ controllers }: Settings, remark: Wrong): void {
  for (const [index, { kind, fas_level = 0, poll_from }] of controllers.entries()) {
    if (kind === 'opennds' && fas_level >= 3 && poll_from.length === 0) remark(`controllers[${index}].poll_from`, 'not set: authmon is answered wherever it asks from; give the network of the gateway')
  }
}
