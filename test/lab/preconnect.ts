// A browser's early connection: opened to HOST port 80 before there is anything to ask, used when a line comes on stdin.
import { once } from 'node:events'
import { connect } from 'node:net'

const socket = connect({ host: process.argv[2] ?? '', port: 80 }, () => process.stdout.write('connected\n'))
socket.on('error', (error: NodeJS.ErrnoException) => process.stdout.write(`${error.code}\n`))
socket.on('data', () => process.stdout.write('answered\n'))
socket.on('close', () => process.exit())
await once(process.stdin, 'data')
socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
