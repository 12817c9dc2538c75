/** Names of accounts, as people write them and as they are compared. */
import { readTokenUser } from '../access/portal-token.ts'
import { readVoucherCode } from '../vouchers/code.ts'

/** RFC 2865 §5.1: what an attribute holds. */
const MOST_NAME_BYTES = 253
// oxlint-disable-next-line no-control-regex -- these are what must not be in a name
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** Phones begin with a capital and compose accents in two ways: neither makes another person. */
export function canonicalName(userName: string): string {
  return userName.normalize('NFC').toLowerCase()
}

/** Why no account can have this name, in words; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'the name is empty'
  if (Buffer.byteLength(name) > MOST_NAME_BYTES) return `the name is longer than ${MOST_NAME_BYTES} bytes`
  if (CONTROL.test(name)) return 'the name contains a control character'
  if (name !== name.trim()) return 'the name begins or ends with a space'
  // Tokens and vouchers are asked first and never pass such a name on.
  if (readTokenUser(name)) return 'a portal token looks like this: choose another name'
  if (readVoucherCode(name).kind !== 'none') return 'a voucher code looks like this: choose another name'
  return undefined
}
