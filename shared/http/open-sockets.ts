// Who holds connections to a server: so many for each address, and none for ever.
import type { Server, Socket } from 'node:net'

/** A connection gets its timer at the next round, if it still lives: an answer to a probe is over in a millisecond. */
const ROUNDS_PER_TIMEOUT = 6

/**
 * While no more are open than one address may hold, nobody can hold too many, and the kernel is
 * not asked who they are. Only a crowd is counted by address. @returns every open connection.
 */
export function capPerAddress(server: Server, most: number): ReadonlyMap<Socket, string | undefined> {
  const open = new Map<Socket, string | undefined>()
  let held: Map<string, number> | undefined

  function count(socket: Socket, counts: Map<string, number>): number {
    const address = socket.remoteAddress ?? ''
    const many = (counts.get(address) ?? 0) + 1
    open.set(socket, address)
    counts.set(address, many)
    return many
  }
  function forget(address: string, counts: Map<string, number>): void {
    const left = (counts.get(address) ?? 1) - 1
    if (left > 0) counts.set(address, left)
    else counts.delete(address)
  }
  function crowd(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const socket of open.keys()) count(socket, counts)
    return counts
  }
  function gone(this: Socket): void {
    const address = open.get(this)
    open.delete(this)
    if (open.size <= most / 2) held = undefined
    else if (held && address !== undefined) forget(address, held)
  }

  server.on('connection', (socket: Socket) => {
    socket.on('close', gone)
    if (!held && open.size >= most) held = crowd()
    if (!held) open.set(socket, undefined)
    else if (count(socket, held) > most) socket.destroy()
  })
  return open
}

/** Ends connections that stall. For plain servers: over TLS the timer belongs to the encrypted socket, which is not in `open`. */
export function endStalled(server: Server, open: ReadonlyMap<Socket, unknown>, timeoutMs: number): void {
  const rounds = setInterval(() => {
    // Node takes the timer off again when a kept connection brings its next request.
    for (const socket of open.keys()) if (!socket.timeout) socket.setTimeout(timeoutMs)
  }, timeoutMs / ROUNDS_PER_TIMEOUT)
  rounds.unref()
  server.once('close', () => clearInterval(rounds))
}
