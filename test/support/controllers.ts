// SIMULATORS of foreign access controllers, written from what their makers publish (portal/controllers/README.md), not from our own code:
// digests are made here by node:crypto, RADIUS packets by the tests' bare socket.
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { CODES, type Packet } from '#radius/packet.ts'
import { openWire, provedBytes } from './radius-town.ts'

const md5 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export type Simulated = { readonly origin: string; readonly port: number; close(): Promise<void> }

async function serve(answer: (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>): Promise<{ server: Server; simulated: Simulated }> {
  const server = createServer((request, response) => void answer(request, response, new URL(request.url ?? '/', 'http://simulated')))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    return closed
  }
  return { server, simulated: { origin: `http://127.0.0.1:${port}`, port, close } }
}

export type NasParts = { portalUrl(): string; /** Whoever stands before it. */ readonly phone: { mac: string }; authPort(): number }
export type SimulatedNas = Simulated & Pick<NasParts, 'phone'> & {
  /** Where the phone is sent, with a fresh challenge each time. */
  redirect(more?: Readonly<Record<string, string>>): string
  /** Who is let in, by User-Name. */
  readonly online: Set<string>
}

/** Asks RADIUS as a NAS does: the answer to the challenge goes on as it came. */
async function askRadius({ authPort, phone: { mac } }: NasParts, user: string, identifier: number, response: Buffer, challenge: Buffer): Promise<Packet> {
  const wire = await openWire()
  try {
    const bytes = provedBytes(
      user,
      (writer) => void writer.add(ATTRIBUTES['CHAP-Password'], Buffer.concat([Buffer.of(identifier), response])).add(ATTRIBUTES['CHAP-Challenge'], challenge),
      { callingStationId: mac },
    )
    wire.send(bytes, authPort())
    return await wire.next()
  } finally {
    wire.close()
  }
}

function sendOn(response: ServerResponse, location: string): void {
  response.writeHead(302, { Location: location }).end('moved')
}

/** As CoovaChilli's redir.c: a signed redirect, /logon with the answer to the challenge, /logoff. */
export async function simulateChilli(parts: NasParts, secret: string): Promise<SimulatedNas> {
  const online = new Set<string>()
  let challenge = Buffer.alloc(16)

  function signed(res: string, more: Readonly<Record<string, string>>): string {
    const fields = { res, uamip: '127.0.0.1', uamport: String(simulated.port), ...more }
    const query = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value).toLowerCase() === value.toLowerCase() ? value : encodeURIComponent(value)}`)
    const url = `${parts.portalUrl()}?${query.join('&')}`
    return `${url}&md=${md5(url, secret).toString('hex').toUpperCase()}`
  }
  const notYet = (more: Readonly<Record<string, string>> = {}): string => {
    challenge = randomBytes(16)
    return signed('notyet', { challenge: challenge.toString('hex'), called: '94-83-C4-01-42-27', mac: parts.phone.mac, ip: '10.1.0.7', nasid: 'square', sessionid: '5e6792ce00000006', userurl: 'http://example.org/', ...more })
  }
  async function logon(response: ServerResponse, query: URLSearchParams): Promise<void> {
    const user = query.get('username') ?? ''
    const known = md5(challenge, secret)
    const reply = await askRadius(parts, user, 0, Buffer.from(query.get('response') ?? '', 'hex'), known)
    if (reply.code !== CODES.accessAccept) return sendOn(response, signed('failed', { challenge: challenge.toString('hex'), mac: parts.phone.mac }))
    online.add(user)
    sendOn(response, signed('success', { uid: user, timeleft: String(reply.read(ATTRIBUTES['Session-Timeout']) ?? 0), mac: parts.phone.mac, userurl: query.get('userurl') ?? '' }))
  }
  const { simulated } = await serve((_request, response, url) => {
    if (url.pathname === '/logon') return logon(response, url.searchParams)
    if (url.pathname === '/logoff') {
      online.clear()
      return sendOn(response, signed('logoff', { mac: parts.phone.mac }))
    }
    response.writeHead(404).end()
  })
  return { ...simulated, phone: parts.phone, redirect: notYet, online }
}

const octal = (bytes: Uint8Array): string => [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')

/** As RouterOS's HotSpot: login.html sends its variables on, /login takes the hash of chap-id, password and chap-challenge. */
export async function simulateRouter(parts: NasParts): Promise<SimulatedNas> {
  const online = new Set<string>()
  let id = 0
  let challenge = Buffer.alloc(16)
  const { simulated } = await serve(async (_request, response, url) => {
    if (url.pathname !== '/login') return void response.writeHead(404).end()
    const user = url.searchParams.get('username') ?? ''
    const reply = await askRadius(parts, user, id, Buffer.from(url.searchParams.get('password') ?? '', 'hex'), challenge)
    if (reply.code !== CODES.accessAccept) return sendOn(response, redirect({ error: 'invalid username or password' }))
    online.add(user)
    sendOn(response, url.searchParams.get('dst') ?? '/')
  })
  function redirect(more: Readonly<Record<string, string>> = {}): string {
    id = randomBytes(1).readUInt8()
    challenge = randomBytes(16)
    const fields = { mac: parts.phone.mac, 'link-login-only': `${simulated.origin}/login`, 'link-orig': 'http://example.org/', 'chap-id': octal(Buffer.of(id)), 'chap-challenge': octal(challenge), identity: 'router', error: '', ...more }
    return `${parts.portalUrl()}?${new URLSearchParams(fields).toString()}`
  }
  return { ...simulated, phone: parts.phone, redirect, online }
}

export type AskedOfUnifi = { readonly method: string; readonly path: string; readonly cookie?: string; readonly csrf?: string; readonly body?: string }
export type SimulatedUnifi = Simulated & {
  readonly stations: Map<string, Record<string, unknown>>
  readonly commands: Record<string, unknown>[]
  /** Everything that was asked, as it came. */
  readonly asked: AskedOfUnifi[]
  /** Forgets who is signed in, as after its session has ended. */
  expire(): void
}

/** The older software's interface: sign-in with a cookie, `cmd/stamgr`, `stat/sta`. With `os` UniFi OS's: another path, a prefix, a CSRF token. */
export async function simulateUnifi({ os = false }: { os?: boolean } = {}): Promise<SimulatedUnifi> {
  const stations = new Map<string, Record<string, unknown>>()
  const commands: Record<string, unknown>[] = []
  let session = ''
  const prefix = os ? '/proxy/network' : ''
  const name = os ? 'TOKEN' : 'unifises'

  const asked: AskedOfUnifi[] = []

  async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
    const body = await text(request)
    const { cookie, 'x-csrf-token': csrf } = request.headers
    asked.push({ method: request.method ?? '', path: request.url ?? '', ...(cookie !== undefined && { cookie }), ...(typeof csrf === 'string' && { csrf }), ...(body !== '' && { body }) })
    return body === '' ? {} : (JSON.parse(body) as Record<string, unknown>)
  }
  const ok = (response: ServerResponse, data: readonly unknown[]) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ meta: { rc: 'ok' }, data }))

  const { simulated } = await serve(async (request, response, url) => {
    const body = await bodyOf(request)
    if (url.pathname === '/') return void (os ? response.writeHead(200).end('UniFi OS') : response.writeHead(302, { Location: '/manage' }).end())
    if (url.pathname === (os ? '/api/auth/login' : '/api/login')) {
      if (body['username'] !== 'parvis' || body['password'] !== 'secret') return void response.writeHead(401).end('{}')
      session = os ? `a.${Buffer.from('{"csrfToken":"c1"}').toString('base64url')}.b` : 's1'
      return void response.writeHead(200, { 'Set-Cookie': `${name}=${session}; Path=/; HttpOnly` }).end('{"meta":{"rc":"ok"},"data":[]}')
    }
    const signedIn = session !== '' && request.headers.cookie === `${name}=${session}` && (!os || request.method === 'GET' || request.headers['x-csrf-token'] === 'c1')
    if (!signedIn) return void response.writeHead(401, { 'Content-Type': 'application/json' }).end('{"meta":{"rc":"error","msg":"api.err.LoginRequired"},"data":[]}')
    if (url.pathname === `${prefix}/api/s/default/cmd/stamgr`) {
      commands.push(body)
      const station = stations.get(String(body['mac']))
      if (station) station['authorized'] = body['cmd'] === 'authorize-guest'
      return void ok(response, [])
    }
    const [, mac] = new RegExp(`^${prefix}/api/s/default/stat/sta(?:/(.+))?$`).exec(url.pathname) ?? []
    ok(response, mac === undefined ? [...stations.values()] : [stations.get(mac)].filter(Boolean))
  })
  return { ...simulated, stations, commands, asked, expire: () => (session = '') }
}
