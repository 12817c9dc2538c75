// A key of this gateway and the request to have it certified: the key never leaves the machine.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { der, objectIdentifier, TAGS } from './der.ts'

const SUBJECT_ALT_NAME = '2.5.29.17'
/** RFC 2985 §5.4.2. */
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
/** RFC 5758 §3.2. */
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const VERSION_1 = Buffer.from([0])

/** P-256: every phone knows it, and a handshake costs a small gateway a tenth of RSA's. */
export function newCertificateKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey
}

/** The name goes into subjectAltName alone: a subject is not asked for (RFC 8555 §7.4, CA/B BR 7.1.4.3). */
function requestInfo(name: string, publicKey: KeyObject): Buffer {
  const names = der(TAGS.sequence, der(TAGS.dnsName, Buffer.from(name, 'latin1')))
  const extension = der(TAGS.sequence, objectIdentifier(SUBJECT_ALT_NAME), der(TAGS.octetString, names))
  const wanted = der(TAGS.sequence, objectIdentifier(EXTENSION_REQUEST), der(TAGS.set, der(TAGS.sequence, extension)))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  return der(TAGS.sequence, der(TAGS.integer, VERSION_1), der(TAGS.sequence), spki, der(TAGS.attributes, wanted))
}

/** A PKCS #10 request (RFC 2986) in DER for one name, signed by the P-256 key it is about. */
export function certificateRequest(name: string, privateKey: KeyObject, publicKey: KeyObject): Buffer {
  if (!/^[a-z0-9.-]{1,253}$/.test(name)) throw new TypeError('a certificate is asked for by a name in lower-case letters, digits, hyphens and dots')
  const info = requestInfo(name, publicKey)
  const signature = sign('sha256', info, privateKey)
  return der(TAGS.sequence, info, der(TAGS.sequence, objectIdentifier(ECDSA_WITH_SHA256)), der(TAGS.bitString, Buffer.from([0]), signature))
}
