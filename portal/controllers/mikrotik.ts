// RouterOS HotSpot with an external login page. Facts: help.mikrotik.com, "Hotspot customisation": servlet pages and variables.
import { parseMacAddress } from '#shared/personal.ts'
import { originIfAllowed } from './allow-list.ts'
import { chapResponse } from './chap.ts'
import { refused, type Arrival, type Controller, type Introduction, type Redirect } from './controller.ts'
import type { Credentials } from '../login/methods.ts'
import { hintsOf, present, single } from './parameters.ts'

const OCTAL = /\\([0-3][0-7]{2})/g
const ID_BYTES = 1
const CHALLENGE_BYTES = 16
const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 } as const

/** Variables come as the router writes them into scripts: `\371`, one escape a byte; undefined for anything else. */
export function octalBytes(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from([...text.matchAll(OCTAL)].map(([, digits = '']) => Number.parseInt(digits, 8)))
  return text.length === 4 * length && bytes.length === length ? bytes : undefined
}

function schemeOf(url: URL): 'http:' | 'https:' | undefined {
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.protocol : undefined
}

/** The login page of the router, when it is on the list; what else its address holds is not taken along. */
function loginPage(text: string | undefined, { back: allowed }: Controller): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const scheme = schemeOf(url)
  if (scheme === undefined || url.username !== '' || url.password !== '') return undefined
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const origin = originIfAllowed(allowed, scheme === 'https:' ? 'https' : 'http', host, Number(url.port || DEFAULT_PORTS[scheme]))
  if (origin === undefined) return undefined
  // Never resolved against the origin: a path of `//elsewhere` would lead there, with the token.
  const page = new URL(origin)
  page.pathname = url.pathname
  return page.href
}

/** Nothing signs this redirect: whoever claims a MAC here gets a token that opens the door for that MAC alone, at that router. */
export function readMikrotik({ query }: Redirect, controller: Controller): Introduction {
  const mac = parseMacAddress(single(query, 'mac') ?? '')
  if (mac === undefined) return refused('mac')
  const login = loginPage(single(query, 'link-login-only'), controller)
  if (login === undefined) return refused('return_address')
  const [id, challenge] = [single(query, 'chap-id'), single(query, 'chap-challenge')]
  const chap = id !== undefined && challenge !== undefined
  if (chap && !(octalBytes(id, ID_BYTES) && octalBytes(challenge, CHALLENGE_BYTES))) return refused('form')
  // Without CHAP the password travels in clear: not over an open Wi-Fi.
  if (!chap && !login.startsWith('https:')) return refused('form')
  const arrival: Arrival = {
    controller: controller.name, bind: 'claim', mac, event: query.get('error') ? 'failed' : 'login',
    hints: hintsOf({ nasid: single(query, 'identity'), ssid: single(query, 'ssid') }),
    back: new URL(login).origin,
    // No `once`: the challenge goes over the air in clear, and whose redirect opened a session must not be for everybody to hear.
    facts: present({ login, id, challenge }),
    ...(single(query, 'link-orig') !== undefined && { wanted: single(query, 'link-orig') ?? '' }),
  }
  return { kind: 'arrival', arrival }
}

/** The password as the router's own login page would send it: hex MD5 over chap-id, password and chap-challenge. */
export function mikrotikPassword(password: string, id: string | undefined, challenge: string | undefined): string {
  const [identifier] = octalBytes(id ?? '', ID_BYTES) ?? []
  const bytes = octalBytes(challenge ?? '', CHALLENGE_BYTES)
  return identifier === undefined || bytes === undefined ? password : chapResponse(identifier, password, bytes).toString('hex')
}

/** Back to the router with the answer to its challenge; it asks RADIUS and sends the phone on to `then`. */
export function mikrotikLogin({ facts }: Arrival, _controller: Controller, { user, password }: Credentials, then: string): string | undefined {
  const { login, id, challenge } = facts
  if (login === undefined) return undefined
  const url = new URL(login)
  url.search = new URLSearchParams({ username: user, password: mikrotikPassword(password, id, challenge), dst: then }).toString()
  return url.href
}
