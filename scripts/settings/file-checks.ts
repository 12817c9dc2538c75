// Files that the settings name: whether they are there, may be read by this account, and hold what is looked for. Only `parvis check`
// asks: a server that runs copes with a certificate that is not there yet, and commands have no need of most of them.
import { X509Certificate } from 'node:crypto'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { judge, readCertificate, type Judgement } from '#portal/certificate/judgement.ts'
import { readHolderA, readHolderB } from '#portal/legal/holder-keys.ts'
import { reason } from '#shared/log.ts'
import type { Wrong } from './radius-checks.ts'
import type { Settings } from './schema.ts'

type FileSetting = {
  readonly key: string
  readonly path: string | undefined
  /** Throws when the file is not there, not ours to use, or not what it should be. */
  readonly look: (path: string) => void
}

const ANY_MAY_RUN = 0o111
/** What the system says, in words. */
const REFUSALS: Readonly<Record<string, string>> = { ENOENT: 'is not there', EACCES: 'may not be read or run by this account', EISDIR: 'is a folder' }

function wordsOf(error: unknown): string {
  return (error instanceof Error && 'code' in error ? REFUSALS[String(error.code)] : undefined) ?? reason(error)
}

const text = (path: string): string => readFileSync(path, 'utf8')
const readable = (path: string): void => accessSync(path, constants.R_OK)
function runnable(path: string): void {
  const { mode } = statSync(path)
  if ((mode & ANY_MAY_RUN) === 0) throw new TypeError('is no program: nobody may run it')
  accessSync(path, constants.X_OK)
}
function certificate(path: string): void {
  const pem = text(path)
  try {
    void new X509Certificate(pem)
  } catch (cause) {
    throw new TypeError('is no certificate in PEM', { cause })
  }
}

function filesOf({ portal, legal, hub, kiosk, controllers }: Settings): readonly FileSetting[] {
  return [
    { key: 'portal.tls_cert', path: portal.tls_cert, look: text },
    { key: 'portal.tls_key', path: portal.tls_key, look: text },
    { key: 'legal.holder_a', path: legal.holder_a, look: (path) => readHolderA(text(path)) },
    { key: 'legal.holder_b', path: legal.holder_b, look: (path) => readHolderB(text(path)) },
    { key: 'hub.acme_dns', path: hub.acme_dns, look: runnable },
    { key: 'hub.acme_root', path: hub.acme_root, look: certificate },
    { key: 'kiosk.directory', path: kiosk.directory, look: readable },
    ...controllers.map(({ api_certificate: path }, index) => ({ key: `controllers[${index}].api_certificate`, path, look: certificate })),
  ]
}

const ENDS: Readonly<Partial<Record<Judgement['kind'], string>>> = {
  misnamed: 'the certificate is not for portal.domain, or names no host',
  expired: 'the certificate has run out',
  early: 'the certificate is not valid yet, or the clock is wrong',
}

/** A pair that is there and is of no use: the portal would start, without https. */
function checkPair({ tls_cert, tls_key, domain }: Settings['portal'], nowMs: number, wrong: Wrong): void {
  if (tls_cert === undefined || tls_key === undefined) return
  try {
    const worth = ENDS[judge(readCertificate({ cert: text(tls_cert), key: text(tls_key) }), domain, nowMs).kind]
    if (worth !== undefined) wrong('portal.tls_cert', worth)
  } catch (error) {
    wrong('portal.tls_cert', reason(error))
  }
}

export function checkFiles(settings: Settings, nowMs: number, wrong: Wrong): void {
  const told = new Set<string>()
  for (const { key, path, look } of filesOf(settings)) {
    if (path === undefined) continue
    try {
      look(path)
    } catch (error) {
      told.add(key)
      wrong(key, `${path}: ${wordsOf(error)}`)
    }
  }
  if (!told.has('portal.tls_cert') && !told.has('portal.tls_key')) checkPair(settings.portal, nowMs, wrong)
}
