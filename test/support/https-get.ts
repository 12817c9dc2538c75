// A client that trusts one root and nothing else, and names whom it means.
import { request } from 'node:https'

export type Got = { readonly status: number; readonly type: string | undefined; readonly body: string }

/** @throws when the handshake fails: an unknown root, another name, no certificate, one that has run out. */
export function httpsGet(url: string, options: { readonly ca: string; readonly name: string; readonly headers?: Readonly<Record<string, string>> }): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { ca, name } = options
    const headers = { host: `${name}:${new URL(url).port}`, ...options.headers }
    const sent = request(url, { ca, servername: name, headers, agent: false }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], body }))
    })
    sent.on('error', reject)
    sent.end()
  })
}
