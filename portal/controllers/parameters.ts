/** Longer ones are no parameter of any controller; a referenced page may be longer and is then forgotten. */
const LONGEST_VALUE = 1_024

/** A parameter that is there once; undefined when it is absent, empty, repeated or too long. */
export function single(query: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = query.getAll(name)
  return value === undefined || value === '' || more.length > 0 || value.length > LONGEST_VALUE ? undefined : value
}

/** An object without the entries that are undefined. */
export function present(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** The name of a network, without the hardware address that some put before it (RFC 3580 §3.20). */
export function hintsOf(values: { readonly nasid?: string | undefined; readonly called?: string | undefined; readonly ssid?: string | undefined; readonly vlan?: string | undefined }): Record<string, string> {
  return present({ nasIdentifier: values.nasid, calledStationId: values.called, ssid: values.ssid, vlan: values.vlan })
}
