// What holds of a connection beyond Node's own time-outs: how many an address may have, and an end for those that stall.
import type { Server, Socket } from 'node:net'

/** Nothing moved either way for so long: a reader that stopped reading, or an answer slower than any of ours (RADIUS gives up sooner). */
const STALLED_TIMEOUT_MS = 30_000

/**
 * Who comes while no more than `most` are open is not counted, because asking the kernel for an address costs a twentieth of a captive
 * answer; in a crowd each address may add `most` of its own.
 */
export function capPerAddress(server: Server, most: number): void {
  let open = 0
  const held = new Map<string, number>()

  function count(socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    const many = (held.get(address) ?? 0) + 1
    if (many > most) return void socket.destroy()
    held.set(address, many)
    socket.once('close', () => {
      const left = (held.get(address) ?? 1) - 1
      if (left > 0) held.set(address, left)
      else held.delete(address)
    })
  }
  const gone = (): void => void open--

  server.on('connection', (socket: Socket) => {
    socket.on('close', gone)
    if (++open > most) count(socket)
  })
}

/**
 * Before an answer of more than one short write: its pieces leave at once, and a reader that takes none of them for so long loses
 * the connection. Node takes the time-out off again when a kept connection brings its next request.
 */
export function prepareSocket(socket: Socket, stalledTimeoutMs = STALLED_TIMEOUT_MS): void {
  socket.setNoDelay(true)
  socket.setTimeout(stalledTimeoutMs)
}
