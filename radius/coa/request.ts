/** Whether a request of RFC 5176 asks only for what we can do: an attribute that is not understood may be what mattered most. */
import { ATTRIBUTES } from '../attributes.ts'
import type { Packet } from '../packet.ts'
import { changes, eachAttribute } from './change.ts'
import type { ErrorCause } from './error-causes.ts'
import { NAMING, type SessionTarget } from './names.ts'

const A = ATTRIBUTES
/** RFC 5176 §3.2. */
const AUTHORIZE_ONLY = 17
const PROXY_STATE = A['Proxy-State'].number
const CARRIED: ReadonlySet<number> = new Set([PROXY_STATE, A['Event-Timestamp'].number, A['Message-Authenticator'].number])

type Takes = (vendor: number, number: number) => boolean
/** A Disconnect-Request holds nothing but names (RFC 5176 §3). */
const takesNames: Takes = (vendor, number) => vendor === 0 && (NAMING.has(number) || CARRIED.has(number))
/** A CoA-Request also limits, and a State that goes back with the answer (RFC 5176 §3.3). */
const takesChanges: Takes = (vendor, number) => takesNames(vendor, number) || changes(vendor, number) || (vendor === 0 && number === A.State.number)

/** RFC 5176 §3: every attribute is mandatory. One that we cannot compare, or a second one, might name another session than the rest. */
function wrongAttributes(packet: Packet, takes: Takes): ErrorCause | undefined {
  const seen = new Set<string>()
  let unsupported = false
  let repeated = false
  eachAttribute(packet, (vendor, number) => {
    const name = `${vendor}/${number}`
    unsupported ||= !takes(vendor, number)
    repeated ||= seen.has(name) && !(vendor === 0 && number === PROXY_STATE)
    seen.add(name)
  })
  return unsupported ? 'unsupportedAttribute' : repeated ? 'invalidRequest' : undefined
}

/** We start no authorisation when told (RFC 5176 §3.2), and know no service but the one. @throws MalformedError `attribute_value`. */
function wrongService(packet: Packet): ErrorCause | undefined {
  const service = packet.read(A['Service-Type'])
  if (service === undefined) return undefined
  return service === AUTHORIZE_ONLY && !packet.has(A.State) ? 'missingAttribute' : 'unsupportedService'
}

/** Why a Disconnect-Request cannot be carried out, whatever session it means. */
export function wrongDisconnect(packet: Packet): ErrorCause | undefined {
  return wrongAttributes(packet, takesNames)
}

/** The same of a CoA-Request. @throws MalformedError `attribute_value`. */
export function wrongChange(packet: Packet): ErrorCause | undefined {
  return wrongService(packet) ?? wrongAttributes(packet, takesChanges)
}

/** RFC 2865 §5: a text of no bytes is no name, and fits nobody. */
export function namesNobody(target: SessionTarget): boolean {
  return Object.values(target).includes('')
}
