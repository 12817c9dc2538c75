/** The three packets that a NAS sends, and what makes a reply to them believable. */
import { isIPv4 } from 'node:net'
import { ATTRIBUTES, type AttributeRow } from '../attributes.ts'
import { checkMessageAuthenticator, responseAuthenticatorHolds, seal, sealAccessRequest, type SharedSecret } from '../authenticator.ts'
import { ACCOUNTING_STATUS, TERMINATE_CAUSES, type AccessQuestion, type AccountingReport } from '../nas.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { hidePassword } from '../password.ts'
import type { Asked } from './line.ts'

const A = ATTRIBUTES
const WIRELESS_802_11 = 19
const AUTHENTICATED_BY_RADIUS = 1
const GIGAWORD = 2 ** 32

export const ACCESS_REPLIES: readonly number[] = [CODES.accessAccept, CODES.accessReject, CODES.accessChallenge]
const ACKNOWLEDGEMENTS: readonly number[] = [CODES.accountingResponse]
const STATUS_REPLIES: readonly number[] = [CODES.accessAccept, CODES.accountingResponse]

// Used again for every packet: each function below seals, and so copies, before it returns.
const writer = new PacketWriter()

/** RFC 2865 §5: an attribute without a value must not be sent. */
function addText(row: AttributeRow<string>, value: string | undefined): void {
  if (value !== undefined && value !== '') writer.add(row, value)
}

/** Without Message-Authenticator an Access reply can be forged (CVE-2024-3596): it is required, whatever the server is. */
export function provedReply(codes: readonly number[], authenticator: Uint8Array, secret: SharedSecret) {
  return (reply: Packet): boolean =>
    codes.includes(reply.code) &&
    checkMessageAuthenticator(reply, authenticator, secret) === 'holds' &&
    responseAuthenticatorHolds(reply, authenticator, secret)
}

/** A reply that grants nothing proves itself by its authenticator; a Message-Authenticator that is there must hold too. */
function signedReply(codes: readonly number[], authenticator: Uint8Array, secret: SharedSecret) {
  return (reply: Packet): boolean =>
    codes.includes(reply.code) &&
    responseAuthenticatorHolds(reply, authenticator, secret) &&
    checkMessageAuthenticator(reply, authenticator, secret) !== 'wrong'
}

export function acknowledges(authenticator: Uint8Array, secret: SharedSecret) {
  return signedReply(ACKNOWLEDGEMENTS, authenticator, secret)
}

/** @throws MalformedError `attribute_value` when a text is too long for its attribute. */
export function accessRequest(identifier: number, question: AccessQuestion, secret: SharedSecret, authenticator: Uint8Array): Asked {
  writer.begin(CODES.accessRequest, identifier, authenticator).reserveMessageAuthenticator()
  addText(A['User-Name'], question.userName)
  writer.add(A['User-Password'], hidePassword(Buffer.from(question.password, 'utf8'), authenticator, secret))
  addText(A['NAS-Identifier'], question.nasIdentifier)
  writer.add(A['NAS-Port-Type'], WIRELESS_802_11)
  addText(A['Calling-Station-Id'], question.callingStationId)
  addText(A['Called-Station-Id'], question.calledStationId)
  addText(A['Acct-Session-Id'], question.acctSessionId)
  if (question.framedIpAddress !== undefined && isIPv4(question.framedIpAddress)) writer.add(A['Framed-IP-Address'], question.framedIpAddress)
  return { bytes: sealAccessRequest(writer, secret), believes: provedReply(ACCESS_REPLIES, authenticator, secret) }
}

function addOctets(low: AttributeRow<number>, high: AttributeRow<number>, value: number | undefined): void {
  if (value === undefined) return
  writer.add(low, Math.floor(value) % GIGAWORD)
  if (value >= GIGAWORD) writer.add(high, Math.floor(value / GIGAWORD))
}

/** RFC 2866 §5.8, 5.9: these counters have no upper half and go round. */
function addCount(row: AttributeRow<number>, value: number | undefined): void {
  if (value !== undefined) writer.add(row, Math.floor(value) % GIGAWORD)
}

/** @throws MalformedError `attribute_value` when a text is too long for its attribute. */
export function accountingRequest(identifier: number, report: AccountingReport, secret: SharedSecret): Asked {
  writer.begin(CODES.accountingRequest, identifier)
  writer.add(A['Acct-Status-Type'], ACCOUNTING_STATUS[report.status])
  addText(A['Acct-Session-Id'], report.acctSessionId)
  addText(A['User-Name'], report.userName)
  addText(A['NAS-Identifier'], report.nasIdentifier)
  // RFC 2866 §4.1: one of the NAS-Port attributes should be there.
  writer.add(A['NAS-Port-Type'], WIRELESS_802_11)
  addText(A['Calling-Station-Id'], report.callingStationId)
  addText(A['Called-Station-Id'], report.calledStationId)
  writer.add(A['Event-Timestamp'], report.eventSeconds)
  writer.add(A['Acct-Authentic'], AUTHENTICATED_BY_RADIUS)
  addCount(A['Acct-Session-Time'], report.sessionSeconds)
  addOctets(A['Acct-Input-Octets'], A['Acct-Input-Gigawords'], report.inputOctets)
  addOctets(A['Acct-Output-Octets'], A['Acct-Output-Gigawords'], report.outputOctets)
  addCount(A['Acct-Input-Packets'], report.inputPackets)
  addCount(A['Acct-Output-Packets'], report.outputPackets)
  writer.addIf(A['Acct-Terminate-Cause'], report.terminateCause && TERMINATE_CAUSES[report.terminateCause])
  writer.addIf(A.Class, report.class)
  const bytes = seal(writer, secret)
  const authenticator = bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
  return { bytes, believes: acknowledges(authenticator, secret) }
}

/** RFC 5997 §3. The reply says no more than that the server lives, and FreeRADIUS before 3.2.5 puts no Message-Authenticator into it. */
export function statusServer(identifier: number, secret: SharedSecret, authenticator: Uint8Array, nasIdentifier: string): Asked {
  writer.begin(CODES.statusServer, identifier, authenticator).reserveMessageAuthenticator()
  addText(A['NAS-Identifier'], nasIdentifier)
  return { bytes: sealAccessRequest(writer, secret), believes: signedReply(STATUS_REPLIES, authenticator, secret) }
}
