// openNDS: what its forwarding authentication service sends us, and the way back. Facts: openNDS 9.10, docs/source/fas.rst.
import { createDecipheriv, createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { parseMacAddress } from '#shared/personal.ts'
import { originIfAllowed, splitAuthority } from './allow-list.ts'
import { refused, type Arrival, type Controller, type Introduction, type Redirect } from './controller.ts'
import { single } from './parameters.ts'

const KEY_BYTES = 32
const IV_CHARACTERS = 16
const HID = /^[0-9a-f]{64}$/
/** base64 of the longest query that openNDS can make (its QUERYMAXLEN is 8,192). */
const LONGEST_FAS = 12_000
/** All that openNDS encrypts: values are escaped as in addresses. */
const VISIBLE = /^[\x20-\x7e]*$/
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Where the gateway waits for the phone that we have let through; `authdir` cannot be set in 9.10. */
const AUTH_PATH = '/opennds_auth/'

/** base64 puts a plus into the query, which forms read as a blank. */
function fasOf(query: URLSearchParams): string | undefined {
  const [value, ...more] = query.getAll('fas')
  const text = value?.replaceAll(' ', '+')
  return text === undefined || more.length > 0 || text.length > LONGEST_FAS || !BASE64.test(text) ? undefined : text
}

/**
 * Levels 2 and 3: base64 of base64 of AES-256-CBC, the faskey's bytes filled up with zeros, the IV as its sixteen characters.
 * Undefined when a character could not have been in it: whoever moves or changes blocks to have another MAC makes sixteen random bytes
 * of a neighbour, and only one in seven million of those looks like text.
 */
export function decryptFas(text: string, iv: string, faskey: string): string | undefined {
  const key = Buffer.alloc(KEY_BYTES)
  Buffer.from(faskey, 'utf8').copy(key)
  const inner = Buffer.from(Buffer.from(text, 'base64').toString('latin1'), 'base64')
  const decipher = createDecipheriv('aes-256-cbc', key, Buffer.from(iv, 'latin1'))
  try {
    const text = Buffer.concat([decipher.update(inner), decipher.final()]).toString('latin1')
    return VISIBLE.test(text) ? text : undefined
  } catch {
    return undefined
  }
}

/** `name=value` joined by a comma and a blank; of a name that comes twice the first holds, as in openNDS's own examples. */
export function fasFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const part of text.split(', ')) {
    const equals = part.indexOf('=')
    if (equals > 0 && !fields.has(part.slice(0, equals))) fields.set(part.slice(0, equals), part.slice(equals + 1))
  }
  return fields
}

function unescaped(text: string | undefined): string | undefined {
  try {
    return text === undefined || text === '' ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** By which authmon says whose list it wants. */
export function gatewayHash(gatewayName: string): string {
  return createHash('sha256').update(gatewayName.trim()).digest('hex')
}

/** What opens the gateway for a client: `rhid`, from its `hid` and the key that we share. */
export function returnHash(hid: string, faskey: string): string {
  return createHash('sha256').update(hid + faskey).digest('hex')
}

type Clear = { readonly text: string; readonly iv?: string }

function clearOf({ query }: Redirect, { level = 1, secret = '' }: Controller): Clear | undefined {
  const fas = fasOf(query)
  if (fas === undefined) return undefined
  if (level === 1 || level === 4) return { text: Buffer.from(fas, 'base64').toString('utf8') }
  const iv = single(query, 'iv')
  const text = iv?.length === IV_CHARACTERS && /^[\x21-\x7e]+$/.test(iv) ? decryptFas(fas, iv, secret) : undefined
  return text === undefined || iv === undefined ? undefined : { text, iv }
}

/**
 * CBC keeps secrets and proves nothing: who flips bits of one field garbles another. So the whole must be text, every field that we use
 * must have its form, and all that do not are refused alike.
 */
export function readFas(redirect: Redirect, controller: Controller): Introduction {
  const clear = clearOf(redirect, controller)
  if (clear === undefined) return refused('signature')
  const fields = fasFields(clear.text)
  const hid = fields.get('hid') ?? ''
  const gateway = fields.get('gatewayname') ?? ''
  if (!HID.test(hid) || isIP(fields.get('clientip') ?? '') === 0 || gateway === '') return refused('form')
  const mac = parseMacAddress(fields.get('clientmac') ?? '')
  if (mac === undefined) return refused('mac')
  const authority = splitAuthority(fields.get('gatewayaddress') ?? '', 80)
  const back = authority && originIfAllowed(controller.back, 'http', authority.host, authority.port)
  if (back === undefined) return refused('return_address')
  const wanted = unescaped(fields.get('originurl'))
  const name = unescaped(gateway)
  const arrival: Arrival = {
    controller: controller.name,
    bind: controller.level === 2 || controller.level === 3 ? 'ctl' : 'claim',
    mac,
    event: single(redirect.query, 'status') === 'authenticated' || fields.get('status') === 'authenticated' ? 'online' : 'login',
    hints: name === undefined ? {} : { nasIdentifier: name },
    back,
    facts: { rhid: returnHash(hid, controller.secret ?? ''), gateway: gatewayHash(gateway) },
    ...(clear.iv !== undefined && { once: clear.iv }),
    ...(wanted !== undefined && { wanted }),
  }
  return { kind: 'arrival', arrival }
}

/** Levels 1 and 2: the phone itself carries the word to its gateway, which sends it on to `then`. */
export function fasReturn({ back = '', facts }: Arrival, then: string): string {
  const url = new URL(AUTH_PATH, back)
  url.search = new URLSearchParams({ tok: facts['rhid'] ?? '', redir: then }).toString()
  return url.href
}
