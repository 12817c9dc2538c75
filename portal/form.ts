import { MalformedError } from '#shared/errors.ts'

export const MOST_FORM_BYTES = 16 * 1024
const MOST_FIELDS = 100
const FORM_TYPE = 'application/x-www-form-urlencoded'

/**
 * The fields of a posted form; of repeated ones the first.
 * @throws MalformedError `form` when it is of another type, too long, cut short, or has too many fields.
 */
export async function readForm(request: Request): Promise<(name: string) => string | undefined> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== FORM_TYPE) throw new MalformedError('form', 'not a form')
  const text = await boundedText(request)
  if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS) throw new MalformedError('form', 'too many fields')
  const fields = new URLSearchParams(text)
  return (name) => fields.get(name) ?? undefined
}

async function boundedText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    // Counted as they come: a Content-Length is only a promise.
    for await (const chunk of request.body ?? []) {
      length += chunk.length
      if (length > MOST_FORM_BYTES) throw new MalformedError('form', 'the form is too long')
      chunks.push(chunk)
    }
  } catch (cause) {
    // Whoever hangs up in the middle made no trouble at the gate, and may not fill the log with errors of ours.
    throw cause instanceof MalformedError ? cause : new MalformedError('form', 'the form did not come whole', { cause })
  }
  return Buffer.concat(chunks).toString('utf8')
}
