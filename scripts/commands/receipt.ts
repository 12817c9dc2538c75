import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { checkReceipt, copySchema, VERDICTS, type Checked } from '#portal/consent/proof.ts'
import { readReceipt } from '#portal/consent/receipt.ts'
import { UnavailableError, UsageError } from '#shared/errors.ts'
import { publicKey, type PublicKey } from '#shared/sign.ts'
import { dataDirectory } from '../control/client.ts'
import { ask } from './ask.ts'
import type { Command, Invocation, Io } from './command.ts'
import { verbOf } from './words.ts'

const TIMEOUT_MS = 10_000
const headsSchema = v.object({ heads: v.array(v.object({ day: v.string(), head: v.string(), key: v.unknown() })) })

type Published = { readonly heads: ReadonlyMap<string, string>; readonly key: PublicKey | undefined }

/** What the hub was given, by day. @throws UnavailableError `hub_silent` */
async function publishedAt(hub: string, gateway: string, site: string): Promise<Published> {
  const url = new URL('/v1/receipt-heads', hub)
  url.search = new URLSearchParams({ gateway, site }).toString()
  try {
    const { heads } = v.parse(headsSchema, await (await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' })).json())
    return { heads: new Map(heads.map(({ day, head }) => [day, head])), key: heads[0] && publicKey(heads[0].key) }
  } catch (cause) {
    throw new UnavailableError('hub_silent', `${url.origin} does not tell the heads of ${gateway} at ${site}`, { cause })
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UsageError('receipt', `${path} cannot be read`, { cause })
  }
}

function copyIn(path: string): v.InferOutput<typeof copySchema> {
  try {
    return v.parse(copySchema, JSON.parse(read(path)))
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError('receipt', `${path} is no copy of a receipt (a file that /receipt/…/copy gave)`, { cause })
  }
}

async function verify({ words: [, path = ''], options }: Invocation, io: Io): Promise<number> {
  const copy = copyIn(path)
  const [hub, keyFile] = [options.get('hub'), options.get('key')]
  const first = readReceipt(copy.receipts[0]?.jws ?? '')
  const published = typeof hub === 'string' ? await publishedAt(hub, first.iss, first.site) : undefined
  const named = typeof keyFile === 'string' ? publicKey(JSON.parse(read(keyFile))) : published?.key
  const key = named ?? publicKey(copy.key)
  if (!named) io.err('The key is the one in the copy itself: that shows that nothing in it was changed, not who made it. --hub or --key names another.\n')
  const checked = copy.receipts.map(({ jws, proof }) => checkReceipt(jws, proof, key, published?.heads))
  const good = checked.every(({ verdict }) => verdict === 'proven' || verdict === 'signed')
  if (options.has('json')) io.out(`${JSON.stringify({ good, receipts: checked })}\n`)
  else io.out(checked.map(inWords).join('\n'))
  return good ? 0 : 1
}

function inWords({ verdict, text, day }: Checked): string {
  const said = text && `${text.act}, ${new Date(text.iat * 1000).toISOString().slice(0, 16)}Z, ${text.site}, terms ${text.terms.id} ${text.terms.ver} (${text.terms.lang})`
  return `${[said, day && `tree of ${day}`, VERDICTS[verdict]].filter(Boolean).join('\n  ')}\n`
}

async function audit({ options }: Invocation, io: Io): Promise<number> {
  const answer = await ask(dataDirectory(io.env), 'receipt audit')
  const whole = answer['position'] === null && answer['day'] === null
  if (options.has('json')) io.out(`${JSON.stringify(answer)}\n`)
  else if (whole) io.out('Every receipt, every link and every day’s head is as it was signed.\n')
  else io.out(answer['position'] === null ? `The tree of ${String(answer['day'])} is not the one that was signed.\n` : `The receipt at position ${String(answer['position'])} was changed.\n`)
  return whole ? 0 : 1
}

const VERBS = { verify: { words: ['FILE'], run: verify }, audit: { words: [], run: audit } } as const

export const receipt: Command = {
  help: `parvis receipt verify FILE [--hub URL | --key FILE] [--json]
parvis receipt audit [--json]

verify   checks a copy that a citizen took from /receipt: the gateway's signature, and, from the day after, that the receipt
         stood in the tree of its day. With --hub the heads and the key are those that the hub was given; --key names a file
         with the gateway's public key (JWK).
audit    at the gateway: recomputes every receipt, the running hash and every day's tree, and names the first flaw.
Exit code 0: all is well; 1: something is not what was signed.`,
  options: { hub: 'value', key: 'value', json: 'flag' },
  words: true,
  async run(invocation, io) {
    return verbOf('receipt', VERBS, invocation.words, receipt.help).run(invocation, io)
  },
}
