// A phone on the wire: one loopback source address, plain HTTP, no script, no cookies. It reads forms like any browser would.
import { request, type Agent, type IncomingHttpHeaders } from 'node:http'

const TIMEOUT_MS = 10_000

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }
export type PhoneRequest = {
  readonly method?: string
  readonly host?: string
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

export type Phone = {
  readonly address: string
  /** Asks `path` of the portal at `origin`; redirects are not followed. Rejects when nothing answers in 10 s. */
  ask(origin: string, path: string, options?: PhoneRequest): Promise<Answer>
}

export function phone(address: string, language = 'fr', agent?: Agent): Phone {
  return {
    address,
    ask(origin, path, { method, host, form, headers = {} } = {}) {
      const body = form === undefined ? undefined : new URLSearchParams(form).toString()
      const url = new URL(path, origin)
      return new Promise((resolve, reject) => {
        const call = request(
          url,
          {
            method: method ?? (body === undefined ? 'GET' : 'POST'),
            localAddress: address,
            timeout: TIMEOUT_MS,
            ...(agent === undefined ? {} : { agent }),
            headers: {
              host: host ?? url.host,
              accept: 'text/html',
              'accept-language': language,
              'user-agent': 'Mozilla/5.0 (town)',
              ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(body)) }),
              ...headers,
            },
          },
          (response) => {
            const parts: Buffer[] = []
            response.on('data', (part: Buffer) => parts.push(part))
            response.on('error', reject)
            response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() }))
          },
        )
        call.on('timeout', () => call.destroy(new Error('no answer in time')))
        call.on('error', reject)
        call.end(body)
      })
    },
  }
}

export type Form = { readonly action: string; readonly method: string; readonly fields: Readonly<Record<string, string>> }

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" }
function text(value: string): string {
  return value.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (whole, name: string) => ENTITIES[name] ?? whole)
}
function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag)
  return found ? text(found[1] ?? found[2] ?? found[3] ?? '') : undefined
}

/** The forms of a page with their hidden fields and the named button's value; a box that nobody ticked sends nothing. */
export function formsOf(page: string): Form[] {
  return [...page.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/gi)].map(([form]) => {
    const open = /<form\b[^>]*>/i.exec(form)?.[0] ?? ''
    const fields: Record<string, string> = {}
    for (const [tag] of form.matchAll(/<(?:input|button)\b[^>]*>/gi)) {
      const name = attribute(tag, 'name')
      const box = attribute(tag, 'type') === 'checkbox' && !/\schecked\b/i.test(tag)
      if (name !== undefined && !box) fields[name] = attribute(tag, 'value') ?? ''
    }
    return { action: attribute(open, 'action') ?? '', method: (attribute(open, 'method') ?? 'get').toLowerCase(), fields }
  })
}

export type Visit = {
  /** The page after the tap, redirects followed. */
  readonly page: Answer
  readonly path: string
  /** `/s/<token>` where the page shows it. */
  readonly sessionPath: string | undefined
  /** Milliseconds from the tap to its answer. */
  readonly tapMs: number
}

const MOST_REDIRECTS = 4

/** Reads the welcome page and taps its button. @throws Error in words when the page has no such form or the tap is refused. */
export async function connect(visitor: Phone, origin: string): Promise<Visit> {
  const welcome = await visitor.ask(origin, '/')
  const form = formsOf(welcome.body).find((one) => one.action.endsWith('/connect'))
  if (!form) throw new Error(`the page has no connect form (status ${welcome.status})`)
  const started = performance.now()
  let path = form.action
  let page = await visitor.ask(origin, path, { form: form.fields })
  const tapMs = performance.now() - started
  for (let hop = 0; hop < MOST_REDIRECTS && page.status >= 300 && page.status < 400; hop++) {
    const target = new URL(page.headers.location ?? '/', origin)
    path = target.pathname + target.search
    page = await visitor.ask(origin, path)
  }
  if (page.status !== 200) throw new Error(`the tap was answered with ${page.status}`)
  const sessionPath = path.startsWith('/s/') ? path : /\/s\/[0-9a-hjkmnp-tv-z]{26}/.exec(page.body)?.[0]
  return { page, path, sessionPath, tapMs }
}

/** Ends the session with the form on its own page. */
export async function disconnect(visitor: Phone, origin: string, visit: Visit): Promise<Answer> {
  if (visit.sessionPath === undefined) throw new Error('the visit showed no session token')
  const page = await visitor.ask(origin, visit.sessionPath)
  const form = formsOf(page.body).find((one) => one.action.endsWith('/disconnect'))
  if (!form) throw new Error(`the session page has no disconnect form (status ${page.status})`)
  return visitor.ask(origin, form.action, { form: form.fields })
}
