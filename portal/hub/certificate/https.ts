// One exchange with a certificate authority: https only, bounded in time and size. Not `fetch`: a test CA or a city's own has a root
// that no store knows, and only this client is to trust it.
import { request } from 'node:https'
import { UnavailableError } from '#shared/errors.ts'

const TIMEOUT_MS = 30_000
const LONGEST_REPLY_BYTES = 256 * 1024
/** RFC 8555 §6.1 wants an agent that says who asks. */
const AGENT = 'parvis-hub'

export type AcmeReply = { readonly status: number; readonly body: string; header(name: string): string | undefined; json(): unknown }
export type AcmeHttp = (method: 'GET' | 'HEAD' | 'POST', url: string, body?: string) => Promise<AcmeReply>

/** A CA's refusal (RFC 8555 §6.7), in its words. */
export class AcmeProblem extends UnavailableError {
  readonly type: string
  constructor(type: string, detail: string, status: number) {
    super('acme', `the CA refused (${status}): ${detail}`, { data: { status, type } })
    this.type = type
  }
}

/** @param root PEM of the only root to trust; undefined: those of Node. */
export function acmeHttps(root: string | undefined): AcmeHttp {
  return (method, url, body) =>
    new Promise((resolve, reject) => {
      const silent = (cause: unknown) => reject(new UnavailableError('acme', 'the CA gave no answer', { cause }))
      const headers = { 'user-agent': AGENT, ...(body !== undefined && { 'content-type': 'application/jose+json', 'content-length': Buffer.byteLength(body) }) }
      if (!url.startsWith('https:')) return reject(new UnavailableError('acme', 'a CA is reached by https only'))
      const sent = request(url, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS), ...(root !== undefined && { ca: root }) }, (response) => {
        const chunks: Buffer[] = []
        let length = 0
        response.on('error', silent)
        response.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > LONGEST_REPLY_BYTES) return void response.destroy(new Error('the reply is too long'))
          chunks.push(chunk)
        })
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          const header = (name: string): string | undefined => [response.headers[name]].flat()[0]
          resolve({ status: response.statusCode ?? 0, body: text, header, json: (): unknown => JSON.parse(text) })
        })
      })
      sent.on('error', silent)
      sent.end(body)
    })
}

function problem({ status, body }: AcmeReply): AcmeProblem {
  try {
    const told: unknown = JSON.parse(body)
    if (typeof told === 'object' && told !== null && 'type' in told) return new AcmeProblem(String(told.type), String('detail' in told ? told.detail : told.type).slice(0, 300), status)
  } catch {
    // Not the JSON that §6.7 wants: a proxy's page, perhaps.
  }
  return new AcmeProblem('none', 'no reason told', status)
}

/** @throws AcmeProblem for any status of 400 and more; UnavailableError `acme` for silence. */
export async function ask(http: AcmeHttp, method: 'GET' | 'HEAD' | 'POST', url: string, body?: string): Promise<AcmeReply> {
  const reply = await http(method, url, body)
  if (reply.status >= 400) throw problem(reply)
  return reply
}
