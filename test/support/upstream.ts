// A RADIUS server that is not ours: shows each packet to a script, which answers by itself or not at all.
import { createSocket } from 'node:dgram'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { seal, type SharedSecret } from '#radius/authenticator.ts'
import { AUTHENTICATOR_AT, openPacket, type Packet } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'

export type Answering = (bytes: Buffer) => void
export type Script = (request: Packet, answer: Answering) => void
export type ScriptedServer = { readonly port: number; readonly heard: Packet[]; close(): void }

export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const heard: Packet[] = []
  const socket = createSocket({ type: 'udp4', recvBufferSize: 2 ** 20 })
  socket.on('message', (bytes, from) => {
    const request = openPacket(bytes)
    heard.push(request)
    script(request, (reply) => socket.send(reply, from.port, from.address))
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { port: socket.address().port, heard, close: () => socket.close() }
}

/** An honest reply: Message-Authenticator first, what `add` writes, then the request's Proxy-States. */
export function replyTo(request: Packet, code: number, secret: SharedSecret, add: (writer: PacketWriter) => void = () => undefined): Buffer {
  const writer = new PacketWriter().begin(code, request.identifier, request.bytes, AUTHENTICATOR_AT).reserveMessageAuthenticator()
  add(writer)
  return seal(writer.echo(request, ATTRIBUTES['Proxy-State']), secret)
}
