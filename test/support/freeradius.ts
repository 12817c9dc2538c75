// FreeRADIUS 3.2 as a peer: a server with users in a file, started by a test on free ports, and radclient as a NAS.
import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { peer } from './peer.ts'

const READY = 'Ready to process requests'
const START_LIMIT_MS = 10_000
const STOP_LIMIT_MS = 2_000
// A worker that dies runs no clean-up: its end of the pipe closes, `cat` ends, and the server with it.
const DIES_WITH_US = 'exec 3<&0; (cat <&3 >/dev/null; kill $$ 2>/dev/null) & exec "$@" </dev/null 3<&-'

export type FreeRadiusUser = { readonly name: string; readonly password: string; /** As its users file writes them: `Session-Timeout := 60`. */ readonly reply?: readonly string[] }
export type FreeRadiusOptions = {
  readonly users: readonly FreeRadiusUser[]
  readonly secret: string
  /** Who may ask. Default 127.0.0.1. */
  readonly clients?: readonly string[]
  /** False leaves Message-Authenticator out of its replies, as 3.2.1 does by itself. Default true. */
  readonly proves?: boolean
  /** Default 127.0.0.1; inside a network namespace another one, and then with `ports`. */
  readonly listen?: string
  readonly ports?: { readonly auth: number; readonly acct: number }
  /** Put before the command, to start it inside a namespace: `['nsenter', '-t', '42', '-n']`. */
  readonly inside?: readonly string[]
}
export type FreeRadius = {
  readonly pid: number
  readonly authPort: number
  readonly acctPort: number
  /** The accounting packets it has written down, oldest first: attribute → value as it prints them, without quotes. */
  accounting(): readonly Readonly<Record<string, string>>[]
  stop(): Promise<void>
}

/** A UDP port that was free a moment ago. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(resolve))
  return port
}

export function usersFile(users: readonly FreeRadiusUser[]): string {
  return users.map(({ name, password, reply = [] }) => `${name}\tCleartext-Password := "${password}"\n${reply.map((line) => `\t${line}`).join(',\n')}\n`).join('\n')
}

/** Where everything of a FreeRADIUS lives: what each of its configurations begins with. */
export function preamble(dir: string): string {
  return `prefix = /usr
name = radiusd
confdir = ${dir}
logdir = ${dir}
run_dir = ${dir}
db_dir = ${dir}
libdir = /usr/lib/freeradius
pidfile = ${dir}/radiusd.pid
hostname_lookups = no`
}

function configuration(dir: string, options: FreeRadiusOptions, ports: { auth: number; acct: number }): string {
  const address = options.listen ?? '127.0.0.1'
  const family = address.includes(':') ? 'ipv6addr' : 'ipaddr'
  const listen = (type: string, port: number): string => `listen {\n type = ${type}\n ${family} = ${address}\n port = ${port}\n}`
  const client = (source: string, index: number): string =>
    `client c${index} {\n ${source.includes(':') ? 'ipv6addr' : 'ipaddr'} = ${source}\n secret = "${options.secret}"\n require_message_authenticator = yes\n}`
  const prove = options.proves === false ? '' : 'update reply {\n Message-Authenticator := 0x00\n}'
  return `
${preamble(dir)}
security {
 max_attributes = 200
 reject_delay = 0
 status_server = yes
}
proxy_requests = no
thread pool {
 start_servers = 1
 max_servers = 1
 min_spare_servers = 1
 max_spare_servers = 1
}
${(options.clients ?? ['127.0.0.1']).map(client).join('\n')}
modules {
 pap {
 }
 files {
  usersfile = ${dir}/users
 }
 detail {
  filename = ${dir}/detail
  permissions = 0600
 }
}
server default {
 ${listen('auth', ports.auth)}
 ${listen('acct', ports.acct)}
 authorize {
  files
  pap
 }
 authenticate {
  Auth-Type PAP {
   pap
  }
 }
 post-auth {
  ${prove}
  Post-Auth-Type REJECT {
   ${prove}
  }
 }
 accounting {
  detail
 }
}
`
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => reject(new Error(`FreeRADIUS did not become ready:\n${said}`)), START_LIMIT_MS)
    const listen = (chunk: Buffer): void => {
      said += chunk.toString()
      if (!said.includes(READY)) return
      clearTimeout(timer)
      resolve()
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`FreeRADIUS ended with ${code}:\n${said}`))
    })
  })
}

function end(child: ChildProcess): Promise<void> {
  child.stdin?.end()
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
    child.once('exit', () => {
      clearTimeout(force)
      resolve()
    })
    child.kill('SIGTERM')
  })
}

export function readDetail(path: string): Record<string, string>[] {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  const entries = text.split(/\n\n/).filter((entry) => entry.trim() !== '')
  return entries.map((entry) => Object.fromEntries([...entry.matchAll(/^\t(\S+) = "?(.*?)"?$/gm)].map((line) => [line[1] ?? '', line[2] ?? ''])))
}

/**
 * Starts the server that a configuration directory describes (`radiusd.conf` in it) and removes the directory when it stops.
 * @throws when it does not come up; what it said is in the message.
 */
export async function runFreeRadius(dir: string, inside: readonly string[] = []): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const command = [...inside, peer('freeradius'), '-f', '-l', 'stdout', '-d', dir, '-n', 'radiusd']
  const child = spawn('sh', ['-c', DIES_WITH_US, 'sh', ...command], { stdio: ['pipe', 'pipe', 'pipe'] })
  async function stop(): Promise<void> {
    await end(child)
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    await untilReady(child)
  } catch (error) {
    await stop()
    throw error
  }
  return { pid: child.pid ?? 0, stop }
}

/** @throws when it does not come up; what it said is in the message. Guard with `absent('freeradius')`. */
export async function startFreeRadius(options: FreeRadiusOptions): Promise<FreeRadius> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-freeradius-'))
  mkdirSync(join(dir, 'certs'))
  const ports = options.ports ?? { auth: await freeUdpPort(), acct: await freeUdpPort() }
  writeFileSync(join(dir, 'radiusd.conf'), configuration(dir, options, ports), { mode: 0o600 })
  writeFileSync(join(dir, 'users'), usersFile(options.users), { mode: 0o600 })
  const { pid, stop } = await runFreeRadius(dir, options.inside)
  return { pid, authPort: ports.auth, acctPort: ports.acct, accounting: () => readDetail(join(dir, 'detail')), stop }
}

export type RadclientOptions = {
  readonly kind: 'auth' | 'acct' | 'status' | 'disconnect' | 'coa'
  readonly port: number
  readonly secret: string
  /** One line each: `User-Name = "x"`. `Message-Authenticator = 0x00` makes it put a right one. */
  readonly attributes: readonly string[]
  readonly address?: string
  readonly inside?: readonly string[]
}
/** `code` is the name of the reply's code, `none` when no believable reply came within a second. */
export type RadclientResult = { readonly code: string; readonly output: string }

/** Sends one packet with radclient. Guard with `absent('radclient')`. */
export function radclient(options: RadclientOptions): Promise<RadclientResult> {
  const { address = '127.0.0.1' } = options
  const target = `${address.includes(':') ? `[${address}]` : address}:${options.port}`
  const [command = '', ...args] = [...(options.inside ?? []), peer('radclient'), '-x', '-r', '1', '-t', '1', target, options.kind, options.secret]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (output += chunk.toString()))
  child.stdin.end(`${options.attributes.join('\n')}\n`)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve({ code: /Received (\S+) Id/.exec(output)?.[1] ?? 'none', output }))
  })
}
