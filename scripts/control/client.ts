import { existsSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { ParvisError } from '#shared/errors.ts'

type Args = Readonly<Record<string, unknown>>

/** Asks the running server of a data directory; undefined when none runs there. */
export async function askServer(data: string, action: string, args: Args = {}): Promise<{ answer: unknown } | undefined> {
  const response = await reach(data, action, args)
  return response && { answer: JSON.parse(await textOf(response)) as unknown }
}

/** A feed of the running server, value by value; ends when the server ends it. `stop` ends it here. */
export type Following = { readonly values: AsyncIterable<unknown>; stop(): void }

/** Follows a feed of the running server; undefined when none runs there. */
export async function followServer(data: string, feed: string): Promise<Following | undefined> {
  const response = await reach(data, feed, {})
  if (!response) return undefined
  const lines = createInterface({ input: response })
  // Made now: what comes before it exists would be lost.
  const arriving = lines[Symbol.asyncIterator]()
  // A server that lets a follower go breaks the connection off, and `stop` does too: for the reader that is the end.
  response.on('error', () => undefined)
  response.once('close', () => lines.close())
  async function* values(): AsyncGenerator<unknown> {
    for await (const line of arriving) yield JSON.parse(line)
  }
  return { values: values(), stop: () => void response.destroy() }
}

export function dataDirectory(env: Readonly<Record<string, string | undefined>>): string {
  return resolve(env['PARVIS_DATA'] ?? 'var')
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of response) parts.push(Buffer.from(part as Uint8Array))
  return Buffer.concat(parts).toString()
}

/** @throws ParvisError with the code and the message of a server that refused. */
async function reach(data: string, action: string, args: Args): Promise<IncomingMessage | undefined> {
  const socketPath = join(data, 'control.sock')
  if (!existsSync(socketPath)) return undefined
  const response = await post(socketPath, action, args).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return undefined
    throw error
  })
  if (!response || response.statusCode === 200) return response
  const value: unknown = JSON.parse(await textOf(response))
  const { code = 'failed', message = 'the server refused' } = (value ?? {}) as { code?: string; message?: string }
  throw new ParvisError(code, message)
}

function post(socketPath: string, action: string, args: Args): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: `/${encodeURIComponent(action)}`, method: 'POST' }, resolve)
    call.on('error', reject)
    call.end(JSON.stringify(args))
  })
}
