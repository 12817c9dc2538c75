// Devices that come back to a network and ask for the address that they had (RFC 2131 §4.3.2, INIT-REBOOT): an authoritative
// server gives it without the seconds of probing that a new one takes. Arguments: the addresses. Nobody here reads the answers.
import { createSocket } from 'node:dgram'

const BOOTP_BYTES = 240
const MAGIC = 0x63825363
const BROADCAST = 0x8000
const REQUEST = 3

function request(address: string, number: number): Buffer {
  const bytes = Buffer.alloc(BOOTP_BYTES + 60)
  bytes.set([1, 1, 6, 0])
  bytes.writeUInt32BE(number + 1, 4)
  bytes.writeUInt16BE(BROADCAST, 10)
  bytes.set([0x02, 0x70, 0, 0, 1, number], 28)
  bytes.writeUInt32BE(MAGIC, BOOTP_BYTES - 4)
  bytes.set([53, 1, REQUEST, 50, 4, ...address.split('.').map(Number), 255], BOOTP_BYTES)
  return bytes
}

const socket = createSocket('udp4')
await new Promise<void>((resolve) => void socket.bind(68, resolve))
socket.setBroadcast(true)
for (const address of process.argv.slice(2)) {
  await new Promise((resolve) => socket.send(request(address, Number(address.split('.')[3])), 67, '255.255.255.255', resolve))
}
socket.close()
