/** Why a Disconnect- or CoA-Request was not carried out (Error-Cause, RFC 5176 §3.5). */
export const ERROR_CAUSES = {
  residualContextRemoved: 201, invalidEapPacket: 202,
  unsupportedAttribute: 401, missingAttribute: 402, nasMismatch: 403, invalidRequest: 404, unsupportedService: 405,
  unsupportedExtension: 406, invalidAttributeValue: 407,
  administrativelyProhibited: 501, requestNotRoutable: 502, sessionNotFound: 503, sessionNotRemovable: 504, proxyError: 505,
  resourcesUnavailable: 506, requestInitiated: 507, multipleSessions: 508,
} as const
export type ErrorCause = keyof typeof ERROR_CAUSES

const NAMES: ReadonlyMap<number, ErrorCause> = new Map((Object.keys(ERROR_CAUSES) as ErrorCause[]).map((name) => [ERROR_CAUSES[name], name]))

/** The name of a number that an access server sent; undefined for one that the RFC does not know. */
export function errorCause(number: number): ErrorCause | undefined {
  return NAMES.get(number)
}
