import { UnavailableError } from '#shared/errors.ts'
import type { Clock } from '#shared/clock.ts'

/** The network as an effect: the global `fetch`, or the embedded hub's own app. */
export type HubFetch = (url: string, init: { method: string; headers: Record<string, string>; body?: Uint8Array<ArrayBuffer>; signal: AbortSignal; redirect: 'error' }) => Promise<Response>

const TIMEOUT_MS = 30_000
const LONGEST_REPLY_BYTES = 256 * 1024

export type HubReply = { readonly status: number; readonly retryAfter: string | null; readonly text: string }

/** One exchange with a time limit and a limited reply. @throws UnavailableError `hub_silent`. */
export async function askHub(fetch: HubFetch, clock: Clock, url: string, method: 'GET' | 'POST', headers: Record<string, string> = {}, body?: Uint8Array): Promise<HubReply> {
  const abort = new AbortController()
  const cancel = clock.after(TIMEOUT_MS, () => abort.abort())
  try {
    const response = await fetch(url, { method, headers, signal: abort.signal, redirect: 'error', ...(body ? { body: new Uint8Array(body) } : {}) })
    return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await limitedText(response) }
  } catch (cause) {
    throw new UnavailableError('hub_silent', 'the hub gave no answer', { cause })
  } finally {
    cancel()
  }
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > LONGEST_REPLY_BYTES) throw new UnavailableError('hub_silent', 'the hub’s reply is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
