/**
 * Values that can single a person out. They are ordinary strings at run time and a type of their own to the compiler: fields of
 * the log and labels of metrics are `Public`, which refuses them. A personal value inside a template becomes an ordinary string.
 */
declare const personal: unique symbol

export type Personal<Kind extends string> = string & { readonly [personal]: Kind }

/** Refuses, at compile time, a record in which any value is personal. */
export type Public<Fields> = { [Key in keyof Fields]: Fields[Key] extends Personal<string> ? never : Fields[Key] }

/** A hardware address in canonical form: twelve lower-case hexadecimal digits, no separators. */
export type MacAddress = Personal<'mac'>
/** An IPv4 or IPv6 address as Node prints it, without `::ffff:` and without a zone. */
export type IpAddress = Personal<'ip'>
/** The name a person typed to sign in. */
export type AccountName = Personal<'account'>
/** Whoever stands at the other end: `l2:<mac>`, `ctl:<controller>:<mac>` or `claim:<controller>:<mac>`. */
export type ClientId = Personal<'client'>
/** 128 random bits in base 32; whoever holds it may end the session, move it and take its receipts. */
export type SessionToken = Personal<'session-token'>

/** Parses any usual notation (`aa:bb:…`, `AA-BB-…`, `aabb.ccdd.eeff`, bare); undefined when it is none. */
export function parseMacAddress(text: string): MacAddress | undefined {
  const digits = text.toLowerCase().replace(/[:.-]/g, '')
  return /^[0-9a-f]{12}$/.test(digits) ? (digits as MacAddress) : undefined
}

/** `aa:bb:cc:dd:ee:ff`, as nftables and people write it. */
export function colonMac(address: MacAddress): string {
  return address.replace(/(..)(?=.)/g, '$1:')
}

/** An address as a socket reports it, made canonical: the IPv4-mapped prefix and the zone go. */
export function canonicalIp(address: string): IpAddress {
  const bare = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
  const zone = bare.indexOf('%')
  return (zone < 0 ? bare : bare.slice(0, zone)) as IpAddress
}
