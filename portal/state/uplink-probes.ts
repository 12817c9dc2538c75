// The cheapest questions to somebody beyond the line: a name server, or anything that takes connections. Addresses only: looking up a
// name on a dead line would hold a thread of the pool for seconds.
import { createSocket } from 'node:dgram'
import { getServers } from 'node:dns'
import { connect, isIP, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Probe } from './uplink.ts'

export type Target = { readonly kind: 'dns' | 'tcp'; readonly address: string; readonly port: number }

const DNS_PORT = 53
/** Lost datagrams are common; three in a row within a second are a dead line. */
const TRIES_AFTER_MS = [0, 300, 600] as const
/** RFC 1035 §4.1: one question, recursion not desired, for the name servers of the root: any server has an answer or a refusal. */
const QUESTION = Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1])
const ID_BYTES = 2
const IS_REPLY = 0x80

/** `dns:192.0.2.53`, `dns:[2001:db8::53]:5353`, `tcp:192.0.2.1:443`; undefined when it is none. */
export function readTarget(text: string): Target | undefined {
  const [, kind, bracketed, bare, digits] = /^(dns|tcp):(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const address = bracketed ?? bare ?? ''
  const port = digits === undefined ? DNS_PORT : Number(digits)
  if ((kind !== 'dns' && kind !== 'tcp') || isIP(address) === 0 || port < 1 || port > 65_535) return undefined
  return kind === 'tcp' && digits === undefined ? undefined : { kind, address, port }
}

/** The resolvers that this machine asks; one on the machine itself answers with a dead line too. */
export function ownResolvers(servers: readonly string[] = getServers()): Target[] {
  return servers.flatMap((server) => readTarget(isIPv6(server) ? `dns:[${server}]` : `dns:${server}`) ?? []).filter(({ address }) => !/^127\.|^::1$/.test(address))
}

function dnsProbe({ address, port }: Target, random: (length: number) => Buffer): Probe {
  return (withinMs) =>
    new Promise((resolve) => {
      const id = random(ID_BYTES)
      const question = Buffer.concat([id, QUESTION.subarray(ID_BYTES)])
      const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
      const timers = TRIES_AFTER_MS.filter((ms) => ms < withinMs).map((ms) => setTimeout(() => socket.send(question, port, address, () => {}), ms))
      timers.push(setTimeout(() => end(false), withinMs))
      function end(answered: boolean): void {
        for (const timer of timers) clearTimeout(timer)
        socket.removeAllListeners('message').close()
        resolve(answered)
      }
      socket.on('error', () => {})
      socket.on('message', (reply, from) => {
        if (from.address === address && reply.length > ID_BYTES && reply.subarray(0, ID_BYTES).equals(id) && ((reply[ID_BYTES] ?? 0) & IS_REPLY) !== 0) end(true)
      })
    })
}

/** Refusing is answering: somebody is there. */
function tcpProbe({ address, port }: Target): Probe {
  return (withinMs) =>
    new Promise((resolve) => {
      const socket = connect({ host: address, port })
      const timer = setTimeout(() => end(false), withinMs)
      function end(answered: boolean): void {
        clearTimeout(timer)
        socket.destroy()
        resolve(answered)
      }
      socket.once('connect', () => end(true))
      socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'))
    })
}

export function probeOf(target: Target, random: (length: number) => Buffer): Probe {
  return target.kind === 'dns' ? dnsProbe(target, random) : tcpProbe(target)
}

/** The kernel's list is long to read, and a page asks more than once. */
const LINK_FOR_MS = 100

/**
 * Whether an interface is up, has its carrier and an address: only then Node's list has it. Not read from /sys, which may be that of
 * another network namespace. Undefined where the kernel does not say.
 */
export function watchLink(name: string, monotonic: () => number, list: typeof networkInterfaces = networkInterfaces): () => boolean | undefined {
  let readMs = -Infinity
  let up: boolean | undefined
  function read(): boolean | undefined {
    try {
      return list()[name] !== undefined
    } catch {
      return undefined
    }
  }
  return function link() {
    if (monotonic() - readMs >= LINK_FOR_MS) [up, readMs] = [read(), monotonic()]
    return up
  }
}
