// Redirects that are right in all but one value: signed where their kind signs, so that each value is read where it is used.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formsOf } from '#scripts/town/phone.ts'
import { simulateChilli, simulateRouter, simulateUnifi, type SimulatedNas, type SimulatedUnifi } from '#test/support/controllers.ts'
import { faultOf, HOSTILE, MARKUP } from '#test/support/hostile.ts'
import { portalTown, type PortalTown } from '#test/support/portal-town.ts'
import { rawHttp } from '#test/support/raw-http.ts'

const SECRET = 'ht2eb8ej6s4et3rg1ulp'
const MAC = '5c:1d:d9:20:a0:c1'
const GATEWAY = 'http://192.168.8.1:2050'

/** What stands in each of them, alone; the last three are addresses of pages, where a page's own address may say much. */
const VALUES = [...new Set(Object.values(HOSTILE).map((pair) => new URLSearchParams(pair('x')).get('x') ?? ''))].concat(`http://example.org/${MARKUP}`, 'http://example.org\\@zqneedle.example/', 'http://example.org/\r\nzqneedle: 1')

let town: PortalTown
let chilli: SimulatedNas
let router: SimulatedNas
let unifi: SimulatedUnifi

beforeAll(async () => {
  const nas = (name: string) => ({ phone: { mac: MAC }, portalUrl: () => `${town.portal.url}at/${name}`, authPort: () => town.radius.authPort })
  chilli = await simulateChilli(nas('chilli'), SECRET)
  router = await simulateRouter(nas('router'))
  unifi = await simulateUnifi()
  unifi.stations.set(MAC, { mac: MAC, is_guest: true, authorized: false, rx_bytes: 0, tx_bytes: 0 })
  town = await portalTown({
    settings: {
      controllers: [
        { name: 'nds', kind: 'opennds', level: 1, secret: SECRET, addresses: ['192.168.8.1:2050'] },
        { name: 'chilli', kind: 'uam', secret: SECRET, addresses: [`127.0.0.1:${chilli.port}`], radiusClient: 'local' },
        { name: 'router', kind: 'mikrotik', addresses: [`127.0.0.1:${router.port}`], radiusClient: 'local' },
        { name: 'unifi', kind: 'unifi', addresses: [], api: { url: unifi.origin, user: 'parvis', password: 'secret', site: 'default' } },
      ],
    },
  })
})
afterAll(async () => {
  await town.close()
  await Promise.all([chilli, router, unifi].map((one) => one.close()))
})

async function sent(method: string, target: string, form?: Readonly<Record<string, string>>): Promise<string> {
  const body = form === undefined ? '' : new URLSearchParams(form).toString()
  const type = form === undefined ? '' : `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n`
  const { host } = new URL(town.portal.url)
  return (await rawHttp({ origin: town.portal.url, bytes: `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${type}Connection: close\r\n\r\n${body}`, from: '127.0.0.9' })).text
}
let phones = 0
const anotherMac = (): string => `02-00-00-00-${(++phones).toString(16).toUpperCase().padStart(4, '0').replace(/..$/, '-$&')}`
const locationOf = (text: string) => /^location: *(.*)$/im.exec(text)?.[1]?.trim()

type Kind = { readonly redirect: (more: Readonly<Record<string, string>>) => string; readonly parameters: readonly string[]; readonly origins: () => readonly string[] }
const FAS = { hid: 'a'.repeat(64), clientip: '192.168.8.20', clientmac: MAC, client_type: 'cpi_url', gatewayname: 'square', gatewayurl: '', version: '9.10.0', gatewayaddress: '192.168.8.1:2050', gatewaymac: '94:83:c4:01:42:27', originurl: 'http%3a%2f%2fexample.org%2f', clientif: 'wlan0', status: '', custom: '' }
const KINDS: Readonly<Record<string, Kind>> = {
  opennds: {
    parameters: Object.keys(FAS),
    redirect: (more) => `/at/nds?fas=${encodeURIComponent(Buffer.from(Object.entries({ ...FAS, ...more }).map(([name, value]) => `${name}=${value}`).join(', ')).toString('base64'))}`,
    origins: () => [GATEWAY],
  },
  uam: {
    parameters: ['res', 'uamip', 'uamport', 'challenge', 'called', 'mac', 'ip', 'nasid', 'sessionid', 'userurl', 'timeleft', 'reply', 'ssid', 'vlan', 'lang', 'uid'],
    // A phone of its own each time: a session lasts until the controller tells its end.
    redirect: (more) => chilli.redirect({ mac: anotherMac(), ...more }).replace(new URL(town.portal.url).origin, ''),
    origins: () => [chilli.origin],
  },
  mikrotik: {
    parameters: ['mac', 'ip', 'link-login-only', 'link-orig', 'chap-id', 'chap-challenge', 'identity', 'error', 'ssid'],
    redirect: (more) => router.redirect(more).replace(new URL(town.portal.url).origin, ''),
    origins: () => [router.origin],
  },
  unifi: {
    parameters: ['ap', 'id', 't', 'url', 'ssid'],
    redirect: (more) => `/guest/s/default/?${new URLSearchParams({ ap: '94:83:c4:01:42:27', id: MAC, t: '1', url: 'http://example.org/', ssid: 'square', ...more }).toString()}`,
    origins: () => [unifi.origin],
  },
}

/** The redirect, the page behind it, the press of its button: how far it came, and what was wrong on the way. */
async function journey(redirect: string, origins: readonly string[]): Promise<{ fault: string | undefined; pressed: boolean }> {
  const arrived = await sent('GET', redirect)
  const page = locationOf(arrived)
  const fault = faultOf(arrived, town.portal.url)
  if (fault !== undefined || page === undefined) return { fault, pressed: false }
  const shown = await sent('GET', page)
  const form = formsOf(shown).find(({ action }) => action.startsWith('/connect'))
  if (!form) return { fault: faultOf(shown, town.portal.url, origins), pressed: false }
  const answer = await sent('POST', form.action, form.fields)
  const next = locationOf(answer)
  const after = next?.startsWith('/') ? await sent('GET', next) : answer
  return { fault: faultOf(shown, town.portal.url, origins) ?? faultOf(answer, town.portal.url, origins) ?? faultOf(after, town.portal.url, origins), pressed: /^HTTP\/1\.1 (200|303)/.test(answer) }
}

for (const [kind, { redirect, parameters, origins }] of Object.entries(KINDS)) {
  test(`whatever a redirect of ${kind} says is text, and leads nowhere but to its own controller`, async () => {
    const faults: string[] = []
    let pressed = 0
    for (const name of parameters) {
      for (const value of VALUES) {
        const end = await journey(redirect({ [name]: value }), origins())
        if (end.pressed) pressed++
        if (end.fault !== undefined) faults.push(`${name}=${value.slice(0, 40)}: ${end.fault}`)
        // Whoever is online is not asked again.
        for (const { id } of town.portal.sessions.list()) await town.portal.sessions.end(id, 'adminReset')
      }
    }
    expect(faults).toEqual([])
    expect(pressed).toBeGreaterThan(VALUES.length)
  }, 60_000)
}
