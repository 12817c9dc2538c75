// HTTP as nobody should write it: bytes as they are on a socket of their own, because a client library would mend them.
import { connect } from 'node:net'

export type RawAnswer = {
  /** 0: the door was shut without an answer. */
  readonly status: number
  readonly text: string
  readonly ms: number
}
export type RawRequest = { readonly origin: string; readonly bytes: string | Buffer; readonly from?: string; /** Shuts our end behind the last byte. Otherwise it stays open, and a door that wants more waits. */ readonly shut?: boolean }

const PATIENCE_MS = 20_000

/** Resolves when the other end has closed, or after 20 s. */
export function rawHttp({ origin, bytes, from = '127.0.0.1', shut = false }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin)
  const began = performance.now()
  return new Promise((resolve) => {
    let text = ''
    const socket = connect({ port: Number(port), host: hostname, localAddress: from }, () => {
      socket.write(bytes)
      if (shut) socket.end()
    })
    const late = setTimeout(() => socket.destroy(), PATIENCE_MS)
    socket.setEncoding('latin1').on('data', (part: string) => (text += part))
    // A reset after the answer is how some doors end: what came before it counts.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(late)
      resolve({ status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), text, ms: performance.now() - began })
    })
  })
}
