import type { Service } from './server.ts'
import { doubtStatus } from './trust.ts'

/** Status-Server (RFC 5997): answered with `code`, the door's own kind of good news. */
export function statusService(code: number): Service {
  return { doubt: doubtStatus, answer: () => ({ code }), late: () => ({ silent: 'late' }), proves: () => true }
}
