// CoovaChilli's universal access method. Facts: its redir.c (what it sends, `md`, what /logon takes), chilli_response(1).
import { equalBytes } from '#shared/keyed-mac.ts'
import { parseMacAddress } from '#shared/personal.ts'
import { originIfAllowed, splitAuthority } from './allow-list.ts'
import { chapResponse, md5Of } from './chap.ts'
import { refused, type Arrival, type Controller, type Introduction, type Redirect } from './controller.ts'
import type { Credentials } from '../login/methods.ts'
import { hintsOf, present, single } from './parameters.ts'

const SIGNATURE = /^(.*)&md=([0-9A-F]{32})$/s
/** Which of the two stands in its settings is chilli's business: TLS may end before us. */
const SCHEMES = ['http', 'https'] as const
const CHALLENGE = /^[0-9a-f]{32}$/i
const LONGEST_TIME = 366 * 86_400

/** What `res=` may say; anything else is not for a page. */
const EVENTS: Readonly<Record<string, Arrival['event']>> = { notyet: 'login', challenge: 'login', failed: 'failed', success: 'online', already: 'online', logoff: 'left' }

/** `md` is the upper-case MD5 of the whole address before it, as chilli wrote it, and the secret. */
function isSigned({ authority, target }: Redirect, secret: string): boolean {
  const [, signed = '', md = ''] = SIGNATURE.exec(target) ?? []
  const wanted = Buffer.from(md, 'hex')
  return md !== '' && SCHEMES.some((scheme) => equalBytes(md5Of(Buffer.from(`${scheme}://${authority}${signed}`, 'latin1'), Buffer.from(secret, 'utf8')), wanted))
}

export function readUam(redirect: Redirect, { name, secret, back: allowed }: Controller): Introduction {
  const { query } = redirect
  if (secret === undefined || !query.has('md')) return refused('unsigned')
  if (!isSigned(redirect, secret)) return refused('signature')
  const mac = parseMacAddress(single(query, 'mac') ?? '')
  const res = single(query, 'res') ?? ''
  const event = Object.hasOwn(EVENTS, res) ? EVENTS[res] : undefined
  if (event === undefined) return refused('form')
  if (mac === undefined) return refused('mac')
  const challenge = single(query, 'challenge')
  if (event === 'login' && !CHALLENGE.test(challenge ?? '')) return refused('form')
  const authority = splitAuthority(`${single(query, 'uamip') ?? ''}:${single(query, 'uamport') ?? ''}`, 0)
  const back = authority && originIfAllowed(allowed, 'http', authority.host, authority.port)
  if (back === undefined) return refused('return_address')
  const left = Number(single(query, 'timeleft') ?? Number.NaN)
  const hints = hintsOf({ nasid: single(query, 'nasid'), called: single(query, 'called'), ssid: single(query, 'ssid'), vlan: single(query, 'vlan') })
  const arrival: Arrival = {
    controller: name, bind: 'ctl', mac, event, hints, back,
    facts: present({ challenge: challenge?.toLowerCase(), user: single(query, 'uid') }),
    ...(challenge !== undefined && { once: challenge.toLowerCase() }),
    ...(single(query, 'userurl') !== undefined && { wanted: single(query, 'userurl') ?? '' }),
    ...(Number.isInteger(left) && left > 0 && left <= LONGEST_TIME && { secondsLeft: left }),
  }
  return { kind: 'arrival', arrival }
}

/** What chilli turns the challenge into before it checks an answer against it. */
export function uamChallenge(challenge: string, secret: string): Buffer {
  return md5Of(Buffer.from(challenge, 'hex'), Buffer.from(secret, 'utf8'))
}

/** chilli's PAP: the password under the challenge, which is used again for each sixteen bytes, in hexadecimal digits. */
export function uamPapPassword(password: string, challenge: Uint8Array): string {
  return Buffer.from(Buffer.from(password, 'utf8').map((byte, at) => byte ^ (challenge[at % challenge.length] ?? 0))).toString('hex')
}

/**
 * Back to chilli with the answer to its challenge; it asks RADIUS. A token by CHAP; somebody's own password by PAP, because of
 * people's passwords the server keeps a hash. `then` is where chilli's last redirect will lead, through us.
 */
export function uamLogon({ back = '', facts }: Arrival, { secret = '' }: Controller, { user, password, nonce }: Credentials, then: string): string | undefined {
  if (!CHALLENGE.test(facts['challenge'] ?? '')) return undefined
  const url = new URL('/logon', back)
  const challenge = uamChallenge(facts['challenge'] ?? '', secret)
  const proof = nonce === '' ? { password: uamPapPassword(password, challenge) } : { response: chapResponse(0, password, challenge).toString('hex') }
  url.search = new URLSearchParams({ username: user, ...proof, userurl: then }).toString()
  return url.href
}

export function uamLogoff({ back = '' }: Pick<Arrival, 'back'>): string {
  return new URL('/logoff', back).href
}
