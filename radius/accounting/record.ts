/**
 * One report as it lies in the journal: what a session has used, and nothing of whose device it was. A journal row holds many, one
 * behind the other, so that the database sees one insert for a whole group of packets.
 */
import { UnavailableError } from '#shared/errors.ts'
import { ACCOUNTING_STATUS as STATUS } from '../nas.ts'


export type AccountingRecord = {
  /** Acct-Status-Type. */
  readonly status: number
  /** Acct-Terminate-Cause; 0 where the session goes on. */
  readonly cause: number
  /** Minutes since 1970: when it happened, and when we heard of it. */
  readonly minute: number
  readonly heardMinute: number
  /** Of the session; of an On or Off, how long ago `minute` was. */
  readonly seconds: number
  readonly inputOctets: number
  readonly outputOctets: number
  readonly inputPackets: number
  readonly outputPackets: number
  readonly client: string
  readonly nas: string
  /** The name that we gave the session (session-name.ts), never Acct-Session-Id. */
  readonly session: string
  /** A portal token's user, or empty. */
  readonly user: string
}
/** As it is read back: `key` names the session among all, and orders sessions as the table does. */
export type StoredRecord = AccountingRecord & { readonly key: string }

/** What an access server says of all its sessions: it has started, or is about to stop. */
export function aboutTheNas({ status }: Pick<AccountingRecord, 'status'>): boolean {
  return status === STATUS.on || status === STATUS.off
}

/** Between client, access server and session: configured names and our own have none. */
const SEPARATOR = '\0'
/** Length of the whole and of its four texts, then the numbers; the texts follow as one, so that the key is a part of it. */
const AT = {
  length: 0, client: 2, nas: 4, session: 6, user: 7, status: 8, cause: 9, minute: 10, heardMinute: 14, seconds: 18,
  inputPackets: 22, outputPackets: 26, inputOctets: 30, outputOctets: 38, texts: 46,
} as const
const MOST_BYTES_PER_UNIT = 3

/** More bytes than `record` can take. */
export function recordRoom({ client, nas, session, user }: AccountingRecord): number {
  return AT.texts + 2 + MOST_BYTES_PER_UNIT * (client.length + nas.length + session.length + user.length)
}

/** Writes `record` into `bytes`, which has `recordRoom` left, and returns its end. */
export function writeRecord(record: AccountingRecord, bytes: Buffer, at: number): number {
  const { client, nas, session, user } = record
  bytes.writeUInt16LE(client.length, at + AT.client)
  bytes.writeUInt16LE(nas.length, at + AT.nas)
  bytes.writeUInt8(session.length, at + AT.session)
  bytes.writeUInt8(user.length, at + AT.user)
  bytes.writeUInt8(record.status, at + AT.status)
  // RFC 2866 §5.10 has none above 255: a vendor's own is no more than "ended".
  bytes.writeUInt8(Math.min(record.cause, 255), at + AT.cause)
  bytes.writeUInt32LE(record.minute, at + AT.minute)
  bytes.writeUInt32LE(record.heardMinute, at + AT.heardMinute)
  bytes.writeUInt32LE(record.seconds, at + AT.seconds)
  bytes.writeUInt32LE(record.inputPackets, at + AT.inputPackets)
  bytes.writeUInt32LE(record.outputPackets, at + AT.outputPackets)
  bytes.writeDoubleLE(record.inputOctets, at + AT.inputOctets)
  bytes.writeDoubleLE(record.outputOctets, at + AT.outputOctets)
  const end = at + AT.texts + bytes.write(client + SEPARATOR + nas + SEPARATOR + session + user, at + AT.texts)
  bytes.writeUInt16LE(end - at, at + AT.length)
  return end
}

function readRecord(bytes: Buffer, at: number, end: number): StoredRecord {
  const nas = bytes.readUInt16LE(at + AT.client) + 1
  const session = nas + bytes.readUInt16LE(at + AT.nas) + 1
  const user = session + bytes.readUInt8(at + AT.session)
  const texts = bytes.toString('utf8', at + AT.texts, end)
  if (texts.length !== user + bytes.readUInt8(at + AT.user)) throw damaged()
  return {
    status: bytes.readUInt8(at + AT.status),
    cause: bytes.readUInt8(at + AT.cause),
    minute: bytes.readUInt32LE(at + AT.minute),
    heardMinute: bytes.readUInt32LE(at + AT.heardMinute),
    seconds: bytes.readUInt32LE(at + AT.seconds),
    inputPackets: bytes.readUInt32LE(at + AT.inputPackets),
    outputPackets: bytes.readUInt32LE(at + AT.outputPackets),
    inputOctets: bytes.readDoubleLE(at + AT.inputOctets),
    outputOctets: bytes.readDoubleLE(at + AT.outputOctets),
    key: texts.slice(0, user),
    client: texts.slice(0, nas - 1),
    nas: texts.slice(nas, session - 1),
    session: texts.slice(session, user),
    user: texts.slice(user),
  }
}

function damaged(): UnavailableError {
  return new UnavailableError('damaged_journal', 'a row of the accounting journal is no row of records')
}

/** @throws UnavailableError `damaged_journal` when `bytes` are not records from end to end. */
export function readRecords(bytes: Buffer): StoredRecord[] {
  const records: StoredRecord[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + AT.texts <= bytes.length ? at + bytes.readUInt16LE(at + AT.length) : -1
    if (end < at + AT.texts || end > bytes.length) throw damaged()
    records.push(readRecord(bytes, at, end))
    at = end
  }
  return records
}
