// The part of a browser that matters to a portal: HTTP/1.1 with kept connections (RFC 9112 §9.3), redirects, forms. Bytes are
// read by hand, because a library would mend what a bad portal sends.
import { connect, type Socket } from 'node:net'

const PATIENCE_MS = 4_000
const MOST_REDIRECTS = 10
const MOST_BYTES = 1 << 20

export type Answer = { readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly body: string; /** RFC 9112 §6.3: neither length nor chunks, so only the end of the connection ends it. */ readonly unbounded: boolean }
export type Page = Answer & { readonly url: URL; /** The first redirect on the way, as it came. */ readonly redirect: Answer | undefined }
export type Ask = { readonly url: URL; readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

/** Opens a connection to what a name stands for, as this phone resolves it. */
export type Dial = (host: string, port: number) => Socket

export type Browser = {
  /** One exchange, over a kept connection where there is one. @throws when nothing whole comes in 4 s. */
  ask(ask: Ask): Promise<Answer>
  /** Follows redirects as a navigation does. */
  open(url: URL, body?: URLSearchParams): Promise<Page>
  close(): void
}

/** Names to addresses: a table, else one address for every name. */
export function dialAll(addressOf: (host: string) => string, from?: string, portOf: (port: number) => number = (port) => port): Dial {
  return (host, port) => connect({ host: addressOf(host), port: portOf(port), ...(from !== undefined && { localAddress: from }) })
}

function parseHead(head: string): Omit<Answer, 'body'> {
  const [first = '', ...lines] = head.split('\r\n')
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0)
  return { status, headers, unbounded: status !== 204 && status !== 304 && !headers.has('content-length') && !headers.has('transfer-encoding') }
}

function unchunk(text: string): string | undefined {
  let body = ''
  for (let at = 0; ; ) {
    const end = text.indexOf('\r\n', at)
    if (end < 0) return undefined
    const size = Number.parseInt(text.slice(at, end), 16)
    if (size === 0) return body
    if (text.length < end + 2 + size + 2) return undefined
    body += text.slice(end + 2, end + 2 + size)
    at = end + 2 + size + 2
  }
}

/** The answer in `bytes` (latin1), or undefined while it is not whole. */
export function wholeAnswer(bytes: string, ended: boolean, method = 'GET'): Answer | undefined {
  const cut = bytes.indexOf('\r\n\r\n')
  if (cut < 0) return undefined
  const head = parseHead(bytes.slice(0, cut))
  const rest = bytes.slice(cut + 4)
  const utf8 = (body: string): Answer => ({ ...head, body: Buffer.from(body, 'latin1').toString('utf8') })
  if (method === 'HEAD' || head.status === 204 || head.status === 304) return utf8('')
  if (head.headers.get('transfer-encoding') === 'chunked') {
    const body = unchunk(rest)
    return body === undefined ? undefined : utf8(body)
  }
  if (head.unbounded) return ended ? utf8(rest) : undefined
  const length = Number(head.headers.get('content-length'))
  return rest.length >= length ? utf8(rest.slice(0, length)) : undefined
}

function exchange(socket: Socket, request: string, method: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let bytes = ''
    const late = setTimeout(() => socket.destroy(new Error('no whole answer in time')), PATIENCE_MS)
    function settle(ended: boolean): void {
      const answer = wholeAnswer(bytes, ended, method)
      if (!answer && !ended) return
      clearTimeout(late)
      socket.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close')
      if (answer) resolve(answer)
      else reject(new Error('the connection ended before its answer'))
    }
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.toString('latin1')
      if (bytes.length > MOST_BYTES) socket.destroy(new Error('too much'))
      settle(false)
    })
    socket.once('end', () => settle(true))
    socket.once('close', () => settle(true))
    socket.once('error', (error) => {
      clearTimeout(late)
      reject(error)
    })
    socket.write(request)
  })
}

function requestText({ url, method = 'GET', headers = {}, body }: Ask): string {
  const all = { Host: url.host, ...headers, ...(body !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(Buffer.byteLength(body)) }) }
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body ?? ''}`
}

const mayBeKept = (asked: Ask, { headers, unbounded }: Answer): boolean => !unbounded && headers.get('connection')?.toLowerCase() !== 'close' && asked.headers?.['Connection'] !== 'close'

export function createBrowser(dial: Dial, headers: Readonly<Record<string, string>>): Browser {
  const kept = new Map<string, Socket>()

  async function ask(asked: Ask): Promise<Answer> {
    const { url, method = 'GET' } = asked
    const fresh = asked.headers?.['Connection'] === 'close'
    const old = fresh ? undefined : kept.get(url.host)
    kept.delete(url.host)
    const usable = old !== undefined && !old.destroyed && old.readyState === 'open' ? old : undefined
    const socket = usable ?? dial(url.hostname.replace(/^\[|\]$/g, ''), Number(url.port || 80))
    const answer = await exchange(socket, requestText({ ...asked, headers: { ...headers, ...asked.headers } }), method).catch((error: unknown) => {
      socket.destroy()
      // RFC 9112 §9.3.1: a kept connection that ended in the meantime is no answer; a safe request goes out again.
      if (usable && method === 'GET') return ask(asked)
      throw error
    })
    if (!mayBeKept(asked, answer)) socket.destroy()
    else if (!socket.destroyed) {
      socket.on('error', () => {})
      kept.set(url.host, socket)
    }
    return answer
  }

  return {
    ask,
    async open(url, form) {
      let redirect: Answer | undefined
      let at = url
      let body = form?.toString()
      for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
        const answer = await ask({ url: at, method: body === undefined ? 'GET' : 'POST', ...(body !== undefined && { body }) })
        const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : undefined
        if (location === undefined) return { ...answer, url: at, redirect }
        redirect ??= answer
        at = new URL(location, at)
        body = undefined
      }
      throw new Error('redirected for ever')
    },
    close() {
      for (const socket of kept.values()) socket.destroy()
    },
  }
}
