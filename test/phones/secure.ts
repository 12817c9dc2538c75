// A TLS handshake as a phone's probe makes it, and the world's certificate, which openssl makes anew for each run.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'

const PATIENCE_MS = 4_000

export type Pair = { readonly cert: string; readonly key: string }

/** Self-signed for `name`, good for a day. @throws where openssl is absent. */
export function selfSigned(name: string): Pair {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-world-'))
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', cert]
  try {
    const made = spawnSync('openssl', args)
    if (made.status !== 0) throw new Error(`openssl: ${String(made.stderr)}`)
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Whether a handshake with `servername` at that place succeeds against `ca` within 4 s. */
export function handshake(servername: string, host: string, port: number, ca: string, from?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, servername, ca, timeout: PATIENCE_MS, ...(from !== undefined && { localAddress: from }) }, () => settle(true))
    function settle(good: boolean): void {
      socket.destroy()
      resolve(good)
    }
    socket.once('error', () => settle(false)).once('timeout', () => settle(false)).once('close', () => settle(false))
  })
}
