// The controller's old interface, as far as guests go. Facts: Art-of-WiFi/UniFi-API-client (paths, bodies, UniFi OS's prefix and
// CSRF token), which follows what Ubiquiti publishes for external portals.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { checkServerIdentity } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import { UnavailableError } from '#shared/errors.ts'
import type { ApiSettings } from './controller.ts'

const PATIENCE_MS = 4_000
const MOST_ANSWER_BYTES = 4 * 1024 * 1024
/** Asked of one controller at once; a page that anyone can open must not become a hammer. */
const MOST_AT_ONCE = 8
const MOST_QUEUED = 256

export type ApiAnswer = { readonly status: number; readonly body: string; readonly cookies: readonly string[]; readonly csrf: string | undefined }
type Ask = { readonly method: string; readonly path: string; readonly body?: unknown }

export type UnifiApi = {
  /** `data` of the answer. @throws UnavailableError `enforcer` */
  get(path: string): Promise<readonly unknown[]>
  command(body: Readonly<Record<string, unknown>>): Promise<void>
}

function unavailable(why: string, cause?: unknown): UnavailableError {
  return new UnavailableError('enforcer', why, cause === undefined ? {} : { cause })
}

/** Controllers sign for themselves: that one certificate is trusted then, under whatever name, and no other. */
function trust(pem: string | undefined): RequestOptions {
  if (pem === undefined) return {}
  const pinned = new X509Certificate(pem).fingerprint256
  return { ca: pem, checkServerIdentity: (host, shown) => (shown.fingerprint256 === pinned ? undefined : checkServerIdentity(host, shown)) }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MOST_ANSWER_BYTES) throw unavailable('the controller’s answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function firstOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

function send({ url, certificate }: ApiSettings, { method, path, body }: Ask, headers: Readonly<Record<string, string>>): Promise<ApiAnswer> {
  const target = new URL(path, url)
  const text = body === undefined ? undefined : JSON.stringify(body)
  const options = { method, signal: AbortSignal.timeout(PATIENCE_MS), agent: false, headers: { ...headers, ...(text !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }) } }
  return new Promise<ApiAnswer>((resolve, reject) => {
    const answered = (response: IncomingMessage): void => {
      const cookies = (response.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0] ?? '')
      bodyOf(response).then((read) => resolve({ status: response.statusCode ?? 0, body: read, cookies, csrf: firstOf(response.headers['x-csrf-token']) }), reject)
    }
    const sent = target.protocol === 'https:' ? httpsRequest(target, { ...options, ...trust(certificate) }, answered) : httpRequest(target, options, answered)
    sent.on('error', (error) => reject(unavailable('the controller does not answer', error)))
    sent.end(text)
  })
}

/** `{"meta":{"rc":"ok"},"data":[…]}`. */
function dataOf({ status, body }: ApiAnswer): readonly unknown[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch (cause) {
    throw unavailable('the controller’s answer is no JSON', cause)
  }
  const { meta, data } = (parsed ?? {}) as { meta?: { rc?: unknown }; data?: unknown }
  if (status !== 200 || meta?.rc !== 'ok' || !Array.isArray(data)) throw unavailable('the controller refused')
  return data
}

/** `csrf` goes with what changes something. */
type Session = { readonly prefix: string; readonly cookie: string; readonly csrf: string | undefined }

/** The token of UniFi OS is in its answer's header, or inside the cookie, which is a JWT. */
function csrfOf({ csrf, cookies }: ApiAnswer): string | undefined {
  if (csrf !== undefined) return csrf
  const [, payload] = cookies.find((cookie) => cookie.startsWith('TOKEN='))?.slice('TOKEN='.length).split('.') ?? []
  try {
    const { csrfToken } = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString('utf8')) as { csrfToken?: unknown }
    return typeof csrfToken === 'string' ? csrfToken : undefined
  } catch {
    return undefined
  }
}

export function createUnifiApi(api: ApiSettings): UnifiApi {
  let session: Promise<Session> | undefined
  let running = 0
  const queue: (() => void)[] = []

  async function slot<T>(task: () => Promise<T>): Promise<T> {
    if (queue.length >= MOST_QUEUED) throw unavailable('too much is asked of this controller')
    if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve))
    running++
    try {
      return await task()
    } finally {
      running--
      queue.shift()?.()
    }
  }

  /** UniFi OS answers its first page with 200, the older software with a redirect to /manage. */
  async function signIn(): Promise<Session> {
    const first = await send(api, { method: 'GET', path: '/' }, {})
    const isOs = first.status === 200
    const answer = await send(api, { method: 'POST', path: isOs ? '/api/auth/login' : '/api/login', body: { username: api.user, password: api.password } }, {})
    if (answer.status !== 200) throw unavailable('the controller does not accept our account')
    return { prefix: isOs ? '/proxy/network' : '', cookie: answer.cookies.join('; '), csrf: csrfOf(answer) }
  }

  function signedIn(): Promise<Session> {
    return (session ??= signIn().catch((error: unknown) => {
      session = undefined
      throw error
    }))
  }

  async function ask(question: Ask): Promise<readonly unknown[]> {
    const known = session !== undefined
    const { prefix, cookie, csrf } = await signedIn()
    const headers = { Cookie: cookie, ...(csrf !== undefined && question.method !== 'GET' && { 'X-CSRF-Token': csrf }) }
    const answer = await send(api, { ...question, path: `${prefix}/api/s/${encodeURIComponent(api.site)}/${question.path}` }, headers)
    if (answer.status !== 401 || !known) return dataOf(answer)
    // A session there lasts for hours; then it is signed in anew, once.
    session = undefined
    return ask(question)
  }

  return {
    get: (path) => slot(() => ask({ method: 'GET', path })),
    command: async (body) => void (await slot(() => ask({ method: 'POST', path: 'cmd/stamgr', body }))),
  }
}
