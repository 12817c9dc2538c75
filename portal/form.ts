import { Readable } from 'node:stream'
import { MalformedError } from '#shared/errors.ts'

export const MOST_FORM_BYTES = 16 * 1024
const MOST_FIELDS = 100
const FORM_TYPE = 'application/x-www-form-urlencoded'

/** What a visit tells of a form. `env.body` is the connection's own stream: a web stream around it would cost as much as the answer. */
export type Posted = {
  readonly req: { header(name: 'content-type'): string | undefined; readonly raw: Pick<Request, 'body'> }
  readonly env: { readonly body?: Readable | undefined }
}

/** A field's value; of repeated ones the first. */
export type Form = (name: string) => string | undefined
export const NO_FORM: Form = () => undefined

/**
 * To be asked at once: a stream that ended while something else was waited for tells nobody any more.
 * @throws MalformedError `form` when it is of another type, too long, cut short, or has too many fields.
 */
export async function readForm({ req, env }: Posted): Promise<Form> {
  const type = req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== FORM_TYPE) throw new MalformedError('form', 'not a form')
  const text = await boundedText(env.body ?? Readable.from(req.raw.body ?? []))
  if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS) throw new MalformedError('form', 'too many fields')
  const fields = new URLSearchParams(text)
  return (name) => fields.get(name) ?? undefined
}

/** Listens rather than iterates: leaving an iteration early would close the connection under the answer. */
function boundedText(body: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let length = 0
    // Whoever hangs up in the middle made no trouble at the gate, and may not fill the log with errors of ours.
    const cutShort = (cause?: unknown): void => reject(new MalformedError('form', 'the form did not come whole', { cause }))
    function whole(): void {
      // Every connection closes in the end, and making an error takes longer than reading a form.
      body.off('close', cutShort)
      resolve(Buffer.concat(chunks).toString('utf8'))
    }
    function take(chunk: Uint8Array): void {
      // Counted as they come: a Content-Length is only a promise.
      length += chunk.length
      if (length <= MOST_FORM_BYTES) return void chunks.push(chunk)
      body.off('data', take).pause()
      reject(new MalformedError('form', 'the form is too long'))
    }
    if (body.destroyed) return cutShort()
    body.on('data', take).once('end', whole).once('error', cutShort).once('close', cutShort)
  })
}
