// Debian's pebble, a CA that speaks ACME and forgets all when it ends, with its stand-in for the world's DNS.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { peer } from './peer.ts'

export const PEBBLE = ['pebble', 'pebble-challtestsrv', 'openssl', 'curl'] as const
const STARTS_WITHIN_MS = 10_000

export type Pebble = {
  readonly directory: string
  /** Path of the root that pebble's own door shows: what the hub trusts the CA by. */
  readonly doorRoot: string
  /** The root of what it issues, in PEM: what a phone would trust. */
  readonly root: string
  /** Path of a program for `hub.acme_dns` that sets records where pebble looks. */
  readonly dns: string
  close(): Promise<void>
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const bound = server.address()
      server.close(() => resolve(bound !== null && typeof bound === 'object' ? bound.port : 0))
    })
  })
}

/** A self-signed pair of PEM files for `name`, good for `days` from now; of -1 days, one that ran out yesterday. */
export function selfSigned(dir: string, name: string, days: number): { cert: string; key: string } {
  const path = (end: string) => join(dir, `${name}.${end}`)
  const [cert, key, csr] = [path('crt'), path('key'), path('csr')]
  const openssl = (...args: readonly string[]) => execFileSync(peer('openssl'), args, { stdio: 'ignore' })
  openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', csr)
  openssl('x509', '-req', '-in', csr, '-key', key, '-days', String(days), '-copy_extensions', 'copy', '-out', cert)
  return { cert, key }
}

function get(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { ca }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text))
    }).on('error', reject).end()
  })
}

async function answers(url: string, ca: string): Promise<string> {
  for (const giveUp = performance.now() + STARTS_WITHIN_MS; ; await wait(50)) {
    const text = await get(url, ca).catch((error: unknown) => error)
    if (typeof text === 'string') return text
    if (performance.now() > giveUp) throw new Error(`pebble does not answer: ${String(text)}`)
  }
}

export async function startPebble(): Promise<Pebble> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-pebble-'))
  const [acme, admin, dnsPort, dnsAdmin] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const door = selfSigned(dir, 'localhost', 7)
  const config = join(dir, 'pebble.json')
  const pebble = { listenAddress: `127.0.0.1:${acme}`, managementListenAddress: `127.0.0.1:${admin}`, certificate: door.cert, privateKey: door.key, httpPort: 5002, tlsPort: 5001 }
  writeFileSync(config, JSON.stringify({ pebble }))
  const dns = join(dir, 'dns')
  writeFileSync(dns, `#!/bin/sh\nbody() { if [ "$1" = set ]; then printf '{"host":"%s.","value":"%s"}' "$2" "$3"; else printf '{"host":"%s."}' "$2"; fi; }\nbody "$@" | curl -fsS -d @- "http://127.0.0.1:${dnsAdmin}/$1-txt"\n`)
  chmodSync(dns, 0o755)
  const children: ChildProcess[] = [
    spawn(peer('pebble-challtestsrv'), ['-http01', '', '-https01', '', '-tlsalpn01', '', '-dns01', `127.0.0.1:${dnsPort}`, '-management', `127.0.0.1:${dnsAdmin}`], { stdio: 'ignore' }),
    // Pebble refuses one nonce in twenty by design; VA_NOSLEEP leaves out its pause before looking.
    spawn(peer('pebble'), ['-strict', '-config', config, '-dnsserver', `127.0.0.1:${dnsPort}`], { stdio: 'ignore', env: { ...process.env, PEBBLE_VA_NOSLEEP: '1' } }),
  ]
  const ca = readFileSync(door.cert, 'utf8')
  return {
    directory: `https://localhost:${acme}/dir`,
    doorRoot: door.cert,
    root: await answers(`https://localhost:${admin}/roots/0`, ca),
    dns,
    async close() {
      for (const child of children) if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
