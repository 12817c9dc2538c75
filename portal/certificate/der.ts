// The few forms of DER (ITU-T X.690) that a certificate request is made of.

/** Tags of X.690 §8 and of RFC 5280's GeneralName. */
export const TAGS = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  set: 0x31,
  /** `[0]`, constructed: the attributes of a request (RFC 2986 §4.1). */
  attributes: 0xa0,
  /** `[2]`, an IA5String: a name of the DNS (RFC 5280 §4.2.1.6). */
  dnsName: 0x82,
} as const

/** X.690 §8.1.3: short form to 127, else the number of length bytes first. */
function lengthOf(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes])
  const hex = bytes.toString(16)
  const big = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.concat([Buffer.from([0x80 | big.length]), big])
}

export function der(tag: (typeof TAGS)[keyof typeof TAGS], ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

/** X.690 §8.19: the first two arcs share a byte, the rest go in groups of seven bits. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return der(TAGS.objectIdentifier, Buffer.from(bytes))
}
