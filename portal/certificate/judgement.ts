// Whether a certificate may be shown to phones, and until when. Pure.
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import type { Certified } from '#shared/http/listen.ts'
import { MalformedError } from '#shared/errors.ts'

/** A lease of 30 minutes carries the address of our API: nobody may still hold it when the certificate has run out. */
export const WITHDRAWN_BEFORE_END_MS = 30 * 60_000
const LONGEST_PEM = 64 * 1024

export type Certificate = Certified & {
  /** Names of the DNS that it is good for, without wildcards. */
  readonly names: readonly string[]
  readonly fits: (name: string) => boolean
  readonly fromMs: number
  readonly untilMs: number
}

/** Why a certificate is, or is not, told to phones; only `valid` is. */
export type Judgement =
  | { readonly kind: 'valid' | 'half-spent'; readonly name: string; readonly certificate: Certificate }
  | { readonly kind: 'ending'; readonly name: string; readonly certificate: Certificate }
  | { readonly kind: 'expired' | 'early' | 'misnamed'; readonly certificate: Certificate }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string }

function leafOf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new MalformedError('certificate', 'the certificate is not PEM', { cause })
  }
}

function keyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw new MalformedError('certificate', 'its private key is not PEM, or is encrypted', { cause })
  }
}

/** @throws MalformedError `certificate` in words for the operator. */
export function readCertificate({ cert, key }: Certified): Certificate {
  if (cert.length > LONGEST_PEM || key.length > LONGEST_PEM) throw new MalformedError('certificate', `a file of more than ${LONGEST_PEM} bytes is no certificate`)
  const leaf = leafOf(cert)
  if (!leaf.checkPrivateKey(keyOf(key))) throw new MalformedError('certificate', 'the private key is not the certificate’s')
  const names = [...(leaf.subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)].map(([, name = '']) => name.toLowerCase()).filter((name) => !name.startsWith('*'))
  return { cert, key, names, fits: (name) => leaf.checkHost(name) !== undefined, fromMs: leaf.validFromDate.getTime(), untilMs: leaf.validToDate.getTime() }
}

/** @param domain The name that phones are told, where the settings give one; else the certificate's first. */
export function judge(certificate: Certificate, domain: string | undefined, nowMs: number): Judgement {
  const name = domain ?? certificate.names[0]
  if (name === undefined || !certificate.fits(name)) return { kind: 'misnamed', certificate }
  const { fromMs, untilMs } = certificate
  if (nowMs < fromMs) return { kind: 'early', certificate }
  if (nowMs >= untilMs) return { kind: 'expired', certificate }
  if (nowMs >= untilMs - WITHDRAWN_BEFORE_END_MS) return { kind: 'ending', name, certificate }
  return { kind: nowMs < halfLifeMs(certificate) ? 'valid' : 'half-spent', name, certificate }
}

/** From here on it is to be renewed, and its age is an alarm: the other half is how long the hub may stay away. */
export function halfLifeMs({ fromMs, untilMs }: Pick<Certificate, 'fromMs' | 'untilMs'>): number {
  return fromMs + (untilMs - fromMs) / 2
}
