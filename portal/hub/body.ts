import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { MOST_INFLATED_BYTES, MOST_POST_BYTES } from '#shared/batch.ts'
import { MalformedError } from '#shared/errors.ts'

/** What inflates further is a bomb, not counts (`hub.md` rule 4). */
const MOST_RATIO = 100
const inflate = promisify(gunzip)
const deflate = promisify(gzip)

/** HTTP statuses of a refused body, by the code of the error. */
export const BODY_STATUS: Readonly<Record<string, 400 | 413 | 415>> = { too_large: 413, content_type: 415, content_encoding: 415, not_gzip: 400, cut_short: 400 }

export type Body = { /** Inflated. */ readonly text: string; /** Compressed, as it is kept. */ readonly stored: Uint8Array }

/**
 * The compact JWS in a request, within the limits of `hub.md` rule 4.
 * @throws MalformedError with a code of BODY_STATUS.
 */
export async function readJwsBody(request: Request): Promise<Body> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/jose') throw new MalformedError('content_type', 'send application/jose')
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'gzip' && encoding !== 'identity') throw new MalformedError('content_encoding', 'send gzip or nothing')
  const sent = await limited(request)
  if (encoding === 'identity') return { text: sent.toString('latin1'), stored: await deflate(sent) }
  return { text: (await inflated(sent)).toString('latin1'), stored: sent }
}

function tooLarge(): MalformedError {
  return new MalformedError('too_large', `at most ${MOST_POST_BYTES} bytes, ${MOST_INFLATED_BYTES} inflated, ratio ${MOST_RATIO}`)
}

async function limited(request: Request): Promise<Buffer> {
  if (Number(request.headers.get('content-length') ?? 0) > MOST_POST_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length
      if (length > MOST_POST_BYTES) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (cause) {
    // Whoever hangs up in the middle is no failure of the store, and may not fill the log with errors of ours.
    throw cause instanceof MalformedError ? cause : new MalformedError('cut_short', 'the body did not come whole', { cause })
  }
  return Buffer.concat(chunks)
}

async function inflated(sent: Buffer): Promise<Buffer> {
  try {
    return await inflate(sent, { maxOutputLength: Math.min(MOST_INFLATED_BYTES, sent.length * MOST_RATIO) })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new MalformedError('not_gzip', 'the body is not gzip', { cause: error })
  }
}
