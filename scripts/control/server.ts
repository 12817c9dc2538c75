// The socket through which commands reach a running server: HTTP on a file that only this user can open.
import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { ParvisError, UsageError } from '#shared/errors.ts'
import { createFeeds, type Feed } from './feeds.ts'

const LONGEST_SOCKET_PATH = 107
const MOST_BODY_BYTES = 1024 * 1024

/** What a running server does for one command; the answer is any JSON value. */
export type Action = (args: Readonly<Record<string, unknown>>) => unknown
export type Control = { close(): Promise<void> }

async function body(chunks: AsyncIterable<Buffer>): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > MOST_BODY_BYTES) throw new UsageError('control', 'the request is too large')
    parts.push(chunk)
  }
  const value: unknown = size === 0 ? {} : JSON.parse(Buffer.concat(parts).toString())
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** The command that an address names; undefined when it is no address at all. */
function actionName(url: string | undefined): string | undefined {
  try {
    return decodeURIComponent((url ?? '/').slice(1))
  } catch {
    return undefined
  }
}

/** The caller holds the data directory's lock, so a socket that is already there belongs to nobody. */
export async function openControl(path: string, actions: ReadonlyMap<string, Action>, feeds: ReadonlyMap<string, Feed> = new Map()): Promise<Control> {
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) {
    throw new UsageError('control', `${path} is too long for a socket (${LONGEST_SOCKET_PATH} bytes): choose a shorter PARVIS_DATA`)
  }
  rmSync(path, { force: true })
  const following = createFeeds()
  const server = createServer((request, response) => {
    const name = actionName(request.url) ?? ''
    const [action, feed] = [actions.get(name), feeds.get(name)]
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value ?? null))
    }
    if (feed) {
      request.resume()
      if (!following.follow(feed, response)) answer(503, { code: 'busy', message: 'too many commands are watching this server already: end one' })
      return
    }
    if (!action) return answer(404, { code: 'unknown', message: 'the running server does not know this command' })
    body(request).then(action).then(
      (value) => answer(200, value),
      (error: unknown) => answer(400, { code: error instanceof ParvisError ? error.code : 'failed', message: error instanceof Error ? error.message : String(error) }),
    )
  })
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', resolve)
  })
  // The file is made within the call: a mask that stayed until the event would also fall on what others make meanwhile.
  const umask = process.umask(0o177)
  server.listen(path)
  process.umask(umask)
  await listening
  chmodSync(path, 0o600)
  return {
    close: () =>
      new Promise((resolve) => {
        following.end()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
