// One UDP datagram: FROM PORT TO PORT.
import { createSocket } from 'node:dgram'

const [from = '', fromPort = '', to = '', toPort = ''] = process.argv.slice(2)
const socket = createSocket(from.includes(':') ? 'udp6' : 'udp4')
socket.bind(Number(fromPort), from, () => socket.send('anyone?', Number(toPort), to, () => socket.close()))
