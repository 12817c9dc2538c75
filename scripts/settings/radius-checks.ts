import { addressBlock } from '#radius/address-block.ts'
import { prefixTree } from '#radius/prefix-tree.ts'
import { DEFAULT_SITE } from '#shared/place.ts'
import type { Settings } from './schema.ts'

/** Told of a mistake: at which key, and what is wrong. */
export type Wrong = (key: string, text: string) => void

function checkClients(clients: Settings['radius.clients'], wrong: Wrong): void {
  const blocks = { 4: prefixTree<string>(), 16: prefixTree<string>() }
  for (const [index, { name, address, secret }] of clients.entries()) {
    const key = `radius.clients[${index}]`
    if (!name) wrong(`${key}.name`, 'missing')
    if (!address) wrong(`${key}.address`, 'missing')
    if (!secret) wrong(`${key}.secret`, 'missing')
    const block = address === undefined ? undefined : addressBlock(address)
    const taken = block && blocks[block.bytes.length === 4 ? 4 : 16].add(block.bytes, block.bits, name || key)
    if (taken !== undefined) wrong(`${key}.address`, `${taken} has the same address`)
  }
}

function checkProfiles(profiles: Settings['radius.profiles'], sites: readonly string[], wrong: Wrong): void {
  const places = profiles.map(({ method, site }) => `${method} ${site ?? ''}`)
  for (const [index, { method, site }] of profiles.entries()) {
    const key = `radius.profiles[${index}].${site === undefined ? 'method' : 'site'}`
    if (site !== undefined && site !== DEFAULT_SITE && !sites.includes(site)) wrong(key, `there is no site "${site}"`)
    if (places.indexOf(places[index] ?? '') !== index) wrong(key, `${method} has limits${site === undefined ? '' : ` for ${site}`} already`)
  }
}

function checkServers(servers: Settings['radius.servers'], wrong: Wrong): void {
  for (const [index, { address, secret }] of servers.entries()) {
    if (!address) wrong(`radius.servers[${index}].address`, 'missing')
    if (!secret) wrong(`radius.servers[${index}].secret`, 'missing')
  }
}

function checkUpstreams(upstreams: Settings['radius.upstreams'], wrong: Wrong): void {
  const realms = upstreams.map(({ realm }) => realm?.toLowerCase())
  for (const [index, { realm, servers, secret }] of upstreams.entries()) {
    const key = `radius.upstreams[${index}]`
    if (!realm) wrong(`${key}.realm`, 'missing')
    else if (realms.indexOf(realms[index]) !== index) wrong(`${key}.realm`, `"${realm}" is there already; put its servers into one list`)
    if (servers.length === 0) wrong(`${key}.servers`, 'missing')
    if (!secret) wrong(`${key}.secret`, 'missing')
  }
}

/** What the rows of `[[radius.…]]` must have, and what no two of them may share. */
export function checkRadius(settings: Settings, sites: readonly string[], wrong: Wrong): void {
  checkClients(settings['radius.clients'], wrong)
  checkProfiles(settings['radius.profiles'], sites, wrong)
  checkServers(settings['radius.servers'], wrong)
  checkUpstreams(settings['radius.upstreams'], wrong)
}
