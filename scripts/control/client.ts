import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { join, resolve } from 'node:path'
import { ParvisError } from '#shared/errors.ts'

/** Asks the running server of a data directory; undefined when none runs there. */
export async function askServer(data: string, action: string, args: Readonly<Record<string, unknown>> = {}): Promise<{ answer: unknown } | undefined> {
  const socketPath = join(data, 'control.sock')
  if (!existsSync(socketPath)) return undefined
  try {
    return { answer: await post(socketPath, action, args) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return undefined
    throw error
  }
}

export function dataDirectory(env: Readonly<Record<string, string | undefined>>): string {
  return resolve(env['PARVIS_DATA'] ?? 'var')
}

function post(socketPath: string, action: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: `/${encodeURIComponent(action)}`, method: 'POST' }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const value: unknown = JSON.parse(Buffer.concat(parts).toString())
        if (response.statusCode === 200) return resolve(value)
        const { code = 'failed', message = 'the server refused' } = (value ?? {}) as { code?: string; message?: string }
        reject(new ParvisError(code, message))
      })
    })
    call.on('error', reject)
    call.end(JSON.stringify(args))
  })
}
