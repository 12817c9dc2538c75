/** The words of `radius watch`: one row for each thing it can say. */
import { ATTRIBUTES, type AttributeRow } from '../attributes.ts'
import { ACCOUNTING_STATUS } from '../nas.ts'

const A = ATTRIBUTES

/** Sources by their names; one that is not here goes by its own. */
export const SOURCES: Readonly<Record<string, string>> = {
  token: 'portal token',
  voucher: 'voucher',
  account: 'account',
  upstream: 'upstream realm',
}

/** How a user proves to be who they are, by what shows it. A plain password goes without saying. */
export const PROOFS: readonly { readonly name: string; readonly shownBy: AttributeRow; readonly words?: string }[] = [
  { name: 'pap', shownBy: A['User-Password'] },
  { name: 'chap', shownBy: A['CHAP-Password'], words: 'CHAP' },
  { name: 'mschapv2', shownBy: A['MS-CHAP2-Response'], words: 'MS-CHAPv2' },
  { name: 'eap', shownBy: A['EAP-Message'], words: 'EAP' },
]

type Status = { readonly words: string; readonly aboutSession?: true; readonly ends?: true }
/** By Acct-Status-Type (RFC 2866 §5.1). */
export const STATUSES: Readonly<Record<number, Status>> = {
  [ACCOUNTING_STATUS.start]: { words: 'start' },
  [ACCOUNTING_STATUS.interim]: { words: 'still there', aboutSession: true },
  [ACCOUNTING_STATUS.stop]: { words: 'stop', aboutSession: true, ends: true },
  [ACCOUNTING_STATUS.on]: { words: 'the access server has started; its sessions are over' },
  [ACCOUNTING_STATUS.off]: { words: 'the access server is going down; its sessions are over' },
}

/** RFC 2866 §5.10, from 1. */
const CAUSES = [
  'by the user', 'connection lost', 'line dropped', 'idle timeout', 'time over', 'ended by an administrator', 'ended for a restart',
  'port error', 'error of the access server', 'ended by the access server', 'the access server restarted', 'port not needed', 'port taken by another',
  'port suspended', 'service not available', 'callback', 'error of the user’s device', 'ended by the host',
] as const

export function causeInWords(cause: number | undefined): string | undefined {
  return cause === undefined ? undefined : (CAUSES[cause - 1] ?? `cause ${cause}`)
}

/** To the minute above a minute: `45 s`, `12 min`, `1 h 30 min`, `3 days`. */
export function durationInWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours < 48) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
  return `${Math.round(hours / 24)} days`
}
