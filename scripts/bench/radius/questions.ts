/** The packets of a stream, built before its clock starts: no two are alike, or a duplicate cache would answer. */
import { randomBytes } from 'node:crypto'
import { issuePortalToken, tokenKeyring, type TokenKeyring } from '#radius/access/portal-token.ts'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { seal, sealAccessRequest, sharedSecret } from '#radius/authenticator.ts'
import { CODES } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'
import { hidePassword } from '#radius/password.ts'
import { CLIENT, password, personName, personPassword, SECRET, userName } from './town.ts'
import { REPORTED } from './load.ts'
import { ownSession, type Stream } from './streams.ts'

const A = ATTRIBUTES
const secret = sharedSecret(SECRET)
const writer = new PacketWriter()
const WIRELESS = 19
const STATUSES = [1, 3, 2] as const
/** A prime, so that every user comes once before one comes again, and neighbours far apart. */
const STRIDE = 7_919

/** One row a kind: the `index`-th packet, under the identifier that its place in the socket demands. */
type Build = (index: number, identifier: number, stream: Stream) => Buffer

function station(index: number): string {
  return [2, 0, index >> 24, index >> 16, index >> 8, index].map((byte) => (byte & 255).toString(16).padStart(2, '0').toUpperCase()).join('-')
}

function accessRequest(identifier: number, user: string, pass: string, csid: string): Buffer {
  const authenticator = randomBytes(16)
  writer.begin(CODES.accessRequest, identifier, authenticator).reserveMessageAuthenticator()
  writer.add(A['User-Name'], user).add(A['User-Password'], hidePassword(Buffer.from(pass), authenticator, secret))
  writer.add(A['NAS-IP-Address'], '127.0.0.1').add(A['Calling-Station-Id'], csid).add(A['NAS-Port-Type'], WIRELESS)
  return sealAccessRequest(writer, secret)
}

const keyrings = new Map<string, TokenKeyring>()
function keyringOf(key: string): TokenKeyring {
  const known = keyrings.get(key) ?? tokenKeyring([0, Buffer.from(key)])
  keyrings.set(key, known)
  return known
}

const isWrong = (index: number, stream: Stream): boolean => index % 100 < stream.wrong

export const BUILD: Readonly<Record<Stream['kind'], Build>> = {
  pap(index, identifier, stream) {
    const user = (index * STRIDE) % stream.users
    return accessRequest(identifier, userName(user), isWrong(index, stream) ? 'wrong' : password(user), station(user))
  },
  person: (index, identifier, stream) => accessRequest(identifier, personName(index % stream.users), personPassword(index % stream.users), station(index)),
  token(index, identifier, { tokenKey = '' }) {
    const csid = station(index)
    const binding = { csid: csid.replaceAll('-', '').toLowerCase(), nas: CLIENT, profile: 0 }
    const token = issuePortalToken(keyringOf(tokenKey), binding, Date.now(), randomBytes)
    return accessRequest(identifier, token.user, token.password, csid)
  },
  acct(index, identifier, stream) {
    const session = Math.floor(index / REPORTED.length)
    const step = index % REPORTED.length
    const { seconds, inputOctets, outputOctets } = REPORTED[step] ?? REPORTED[0]
    const user = session % stream.users
    writer.begin(CODES.accountingRequest, identifier).add(A['User-Name'], userName(user)).add(A['NAS-IP-Address'], '127.0.0.1')
    writer.add(A['Calling-Station-Id'], station(user)).add(A['Acct-Session-Id'], ownSession(stream.sessions ?? '', session))
    writer.add(A['Acct-Status-Type'], STATUSES[step] ?? 1).add(A['Acct-Session-Time'], seconds)
    writer.add(A['Acct-Input-Octets'], inputOctets).add(A['Acct-Output-Octets'], outputOctets).add(A['Event-Timestamp'], Math.floor(Date.now() / 1000))
    return seal(writer, secret)
  },
}
