// A phone that never signs in and tries everything: TCP 80, 443, 853, UDP 53, 443 and ICMP to each address given, again and
// again. Says `round N` after each; whoever reads the upstream's counters knows how much was tried.
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { echoRequest } from './icmp.ts'

const TCP = [80, 443, 853]
const UDP = [53, 443]
const PATIENCE_MS = 50

const addresses = process.argv.slice(2)
const sockets = { 4: createSocket('udp4'), 6: createSocket('udp6') }
for (const socket of Object.values(sockets)) socket.on('error', () => {})

function knock(host: string, port: number): void {
  const socket = connect({ host, port }, () => socket.write('GET / HTTP/1.0\r\n\r\n'))
  socket.on('error', () => {}).resume()
  setTimeout(() => socket.destroy(), 2 * PATIENCE_MS)
}

async function ping(address: string): Promise<void> {
  const [program = '', ...args] = echoRequest(address)
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  await once(child, 'exit')
}

for (let round = 1; ; round++) {
  for (const address of addresses) {
    for (const port of TCP) knock(address, port)
    for (const port of UDP) sockets[address.includes(':') ? 6 : 4].send('anyone?', port, address)
    await ping(address)
  }
  await wait(PATIENCE_MS)
  process.stdout.write(`round ${round}\n`)
}
