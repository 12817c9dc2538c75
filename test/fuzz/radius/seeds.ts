// What access servers and RADIUS servers send, one packet of each kind: mutants start from these and from the kept corpus.
import { ATTRIBUTES, type AttributeRow } from '#radius/attributes.ts'
import { CODES } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'

function seed(code: number, ...attributes: readonly (readonly [AttributeRow, unknown])[]): Buffer {
  const writer = new PacketWriter().begin(code, 1, Buffer.alloc(16, 7)).reserveMessageAuthenticator()
  for (const [row, value] of attributes) writer.add(row, value)
  return Buffer.from(writer.bytes.subarray(0, writer.end))
}

const A = ATTRIBUTES
const who: readonly (readonly [AttributeRow, unknown])[] = [
  [A['User-Name'], '04' + '0'.repeat(22)], [A['Calling-Station-Id'], '02-00-00-00-00-01'], [A['NAS-Identifier'], 'ap'], [A['NAS-IP-Address'], '192.0.2.1'],
  [A['NAS-IPv6-Address'], '2001:db8::1'], [A['Acct-Session-Id'], 's1'], [A['Proxy-State'], Buffer.of(1, 2)], [A.Class, Buffer.of(9)],
]
/** What NAS send to each door. */
export const SEEDS = {
  auth: [
    seed(CODES.accessRequest, ...who, [A['User-Password'], Buffer.alloc(32, 3)]),
    seed(CODES.accessRequest, ...who, [A['CHAP-Password'], Buffer.alloc(17, 3)], [A['CHAP-Challenge'], Buffer.alloc(16, 4)], [A['WISPr-Location-ID'], 'x']),
    seed(CODES.accessRequest, ...who, [A['MS-CHAP-Challenge'], Buffer.alloc(16, 2)], [A['MS-CHAP2-Response'], Buffer.alloc(50, 1)]),
    seed(CODES.accessRequest, ...who, [A['EAP-Message'], Buffer.of(2, 1, 0, 6, 1, 65)], [A.State, Buffer.alloc(16)]),
    seed(CODES.statusServer),
  ],
  acct: [1, 2, 3, 7, 8, 15].map((status) =>
    seed(CODES.accountingRequest, ...who, [A['Acct-Status-Type'], status], [A['Event-Timestamp'], 1_790_000_000], [A['Acct-Input-Octets'], 5], [A['Acct-Input-Gigawords'], 0xffff_ffff], [A['Acct-Terminate-Cause'], 4]),
  ),
  coa: [CODES.disconnectRequest, CODES.coaRequest].map((code) => seed(code, ...who, [A['Session-Timeout'], 5])),
} as const

