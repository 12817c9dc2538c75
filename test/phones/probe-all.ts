// Every row of the probe table, as anybody may ask it: STATE (captive|open) PORTAL_URL WORLD4 WORLD6. Prints how many were asked, and a line
// for each answer that is not what that state wants.
import { connect } from 'node:net'
import { once } from 'node:events'
import { PROBES } from '#portal/detect/probes.ts'
import { wholeAnswer, type Answer } from './browser.ts'
import { WORLD_ANSWERS } from './world.ts'

const METHODS = ['GET', 'HEAD', 'POST'] as const
const VERSIONS = ['1.0', '1.1'] as const
const ACCEPTS = [undefined, '*/*', 'application/captive+json', 'image/avif'] as const
const AT_ONCE = 16

type Question = { readonly host: string; readonly path: string; readonly method: (typeof METHODS)[number]; readonly version: (typeof VERSIONS)[number]; readonly accept: (typeof ACCEPTS)[number]; readonly world: string }

const [state = '', portalUrl = '', ...worlds] = process.argv.slice(2)

async function ask({ host, path, method, version, accept, world }: Question): Promise<Answer | undefined> {
  const socket = connect({ host: world, port: 80 })
  let bytes = ''
  socket.on('data', (chunk: Buffer) => (bytes += chunk.toString('latin1'))).on('error', () => {})
  const body = method === 'POST' ? 'Content-Length: 3\r\n\r\na=b' : '\r\n'
  // The world keeps connections; while captive it must be the portal that closes.
  const close = state === 'open' ? 'Connection: close\r\n' : ''
  socket.write(`${method} ${path} HTTP/${version}\r\nHost: ${host}\r\n${close}${accept === undefined ? '' : `Accept: ${accept}\r\n`}${body}`)
  const late = setTimeout(() => socket.destroy(), 4_000)
  await once(socket, 'close').catch(() => {})
  clearTimeout(late)
  return wholeAnswer(bytes, true, method)
}

/** What is wrong with it, in a word. */
function faultOf({ host, path, method }: Question, answer: Answer | undefined): string | undefined {
  if (!answer) return 'no whole answer'
  const { status, headers, body } = answer
  if (state === 'open') return status === (WORLD_ANSWERS[host + path]?.status ?? 200) ? undefined : `status ${status}`
  if (status !== 302) return `status ${status}`
  if (headers.get('location') !== portalUrl) return `location ${headers.get('location')}`
  if (headers.get('connection') !== 'close') return 'kept'
  if (headers.get('cache-control') !== 'no-store') return 'may be stored'
  if (Number(headers.get('content-length')) === 0 || (method !== 'HEAD' && body === '')) return 'empty'
  return undefined
}

const questions = PROBES.flatMap(({ host, path }) =>
  METHODS.flatMap((method) => VERSIONS.flatMap((version) => ACCEPTS.flatMap((accept) => worlds.map((world): Question => ({ host, path, method, version, accept, world }))))),
)
let next = 0
async function line(): Promise<void> {
  for (let question = questions[next++]; question; question = questions[next++]) {
    const fault = faultOf(question, await ask(question))
    if (fault !== undefined) process.stdout.write(`${question.method} ${question.host}${question.path} HTTP/${question.version} ${question.accept} at ${question.world}: ${fault}\n`)
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, line))
process.stdout.write(`${questions.length} asked\n`)
