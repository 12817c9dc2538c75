// FreeRADIUS with EAP-TTLS and PEAP: as an upstream realm that knows its users, or as the access server that unpacks the tunnel and
// asks another server about the user inside. And eapol_test, the phone that signs in through it.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FreeRadiusUser, freeUdpPort, preamble, runFreeRadius, usersFile } from './freeradius.ts'
import { peer } from './peer.ts'

export type EapServerOptions = {
  readonly secret: string
  /** Whom it knows itself. Default nobody. */
  readonly users?: readonly FreeRadiusUser[]
  /** Where it asks about the users inside the tunnels instead: a RADIUS server on loopback. */
  readonly inner?: { readonly port: number; readonly secret: string }
}
export type EapServer = {
  readonly authPort: number
  /** PEM file of its certificate, for `eapolTest`. */
  readonly certificate: string
  stop(): Promise<void>
}

const SUBJECT = '/CN=radius.parvis.test'

/** A P-256 certificate that signs itself: a phone that is given it trusts this server and no other. */
function makeCertificate(dir: string): { key: string; certificate: string } {
  const key = join(dir, 'key.pem')
  const certificate = join(dir, 'certificate.pem')
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  execFileSync(peer('openssl'), ['req', '-x509', ...curve, '-subj', SUBJECT, '-days', '30', '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  return { key, certificate }
}

// A request from inside a tunnel has come over no wire: only the proxied copy gets a Message-Authenticator.
const PROXIED = `
  update control {
   Proxy-To-Realm := "inner"
  }`
const LOCAL = `
  chap
  mschap
  eap {
   ok = return
  }
  files
  pap`

function homeServer({ port, secret }: { port: number; secret: string }): string {
  return `
proxy server {
 default_fallback = no
}
home_server inner {
 type = auth
 ipaddr = 127.0.0.1
 port = ${port}
 secret = "${secret}"
 response_window = 5
 status_check = none
}
home_server_pool inner {
 type = fail-over
 home_server = inner
}
realm inner {
 auth_pool = inner
 nostrip
}
`
}

function configuration(dir: string, options: EapServerOptions, port: number, files: { key: string; certificate: string }): string {
  const prove = 'update reply {\n Message-Authenticator := 0x00\n}'
  const methods = `
  Auth-Type PAP {
   pap
  }
  Auth-Type CHAP {
   chap
  }
  Auth-Type MS-CHAP {
   mschap
  }
  eap`
  return `
${preamble(dir)}
max_requests = 1024
security {
 max_attributes = 200
 reject_delay = 0
 status_server = yes
}
thread pool {
 start_servers = 1
 max_servers = 2
 min_spare_servers = 1
 max_spare_servers = 1
}
proxy_requests = ${options.inner ? 'yes' : 'no'}
${options.inner ? homeServer(options.inner) : ''}
client c0 {
 ipaddr = 127.0.0.1
 secret = "${options.secret}"
 require_message_authenticator = yes
}
modules {
 pap {
 }
 chap {
 }
 mschap {
  with_ntdomain_hack = yes
 }
 files {
  usersfile = ${dir}/users
 }
 eap {
  default_eap_type = ttls
  timer_expire = 60
  ignore_unknown_eap_types = no
  max_sessions = 1024
  tls-config tls-common {
   private_key_file = ${files.key}
   certificate_file = ${files.certificate}
   ca_file = ${files.certificate}
   cipher_list = "DEFAULT"
   tls_min_version = "1.2"
   tls_max_version = "1.2"
   ecdh_curve = ""
  }
  ttls {
   tls = tls-common
   default_eap_type = mschapv2
   copy_request_to_tunnel = yes
   use_tunneled_reply = no
   virtual_server = inner-tunnel
  }
  peap {
   tls = tls-common
   default_eap_type = mschapv2
   copy_request_to_tunnel = yes
   use_tunneled_reply = no
   proxy_tunneled_request_as_eap = no
   virtual_server = inner-tunnel
  }
  mschapv2 {
  }
 }
}
server default {
 listen {
  type = auth
  ipaddr = 127.0.0.1
  port = ${port}
 }
 authorize {${LOCAL}
 }
 authenticate {${methods}
 }
 post-proxy {
  eap
 }
 post-auth {
  ${prove}
  Post-Auth-Type REJECT {
   ${prove}
  }
  Post-Auth-Type Challenge {
   ${prove}
  }
 }
}
server inner-tunnel {
 authorize {${options.inner ? PROXIED : LOCAL}
 }
 authenticate {${methods}
 }
 pre-proxy {
  update proxy-request {
   Message-Authenticator := 0x00
  }
 }
 post-proxy {
  eap
 }
}
`
}

/** @throws when it does not come up; what it said is in the message. Guard with `absent('freeradius', 'openssl')`. */
export async function startEapServer(options: EapServerOptions): Promise<EapServer> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-eap-'))
  mkdirSync(join(dir, 'certs'))
  const files = makeCertificate(dir)
  const authPort = await freeUdpPort()
  writeFileSync(join(dir, 'radiusd.conf'), configuration(dir, options, authPort, files), { mode: 0o600 })
  writeFileSync(join(dir, 'users'), usersFile(options.users ?? []), { mode: 0o600 })
  const { stop } = await runFreeRadius(dir)
  return { authPort, certificate: files.certificate, stop }
}

/** How eapol_test's configuration names a tunnel and what is inside it. */
const METHODS = {
  'ttls-pap': ['TTLS', 'auth=PAP'], 'ttls-chap': ['TTLS', 'auth=CHAP'], 'ttls-mschapv2': ['TTLS', 'auth=MSCHAPV2'],
  'ttls-eap-mschapv2': ['TTLS', 'autheap=MSCHAPV2'], 'peap-mschapv2': ['PEAP', 'auth=MSCHAPV2'],
} as const
export type EapMethod = keyof typeof METHODS
export const EAP_METHODS = Object.keys(METHODS) as EapMethod[]

export type EapolOptions = {
  readonly port: number
  readonly secret: string
  readonly certificate: string
  readonly method: EapMethod
  readonly user: string
  readonly password: string
  /** The name outside the tunnel, by which a proxy finds the realm. Default `anonymous`. */
  readonly outer?: string
  /** Calling-Station-Id, as `02:00:00:00:00:01`, which is the default. */
  readonly station?: string
}
/** `success`: the phone is signed in and its keys are the access server's (MS-MPPE-Recv-Key), which it compares itself. */
export type EapolResult = { readonly success: boolean; readonly output: string }

const PATIENCE_SECONDS = '8'

/** One sign-in. Guard with `absent('eapol_test')`. */
export async function eapolTest(options: EapolOptions): Promise<EapolResult> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-eapol-'))
  const [tunnel, inside] = METHODS[options.method]
  const lines = [
    'key_mgmt=WPA-EAP', `eap=${tunnel}`, `identity="${options.user}"`, `anonymous_identity="${options.outer ?? 'anonymous'}"`,
    `password="${options.password}"`, `phase2="${inside}"`, `ca_cert="${options.certificate}"`,
  ]
  const file = join(dir, 'network.conf')
  writeFileSync(file, `network={\n ssid="parvis"\n ${lines.join('\n ')}\n}\n`, { mode: 0o600 })
  const station = options.station ? ['-M', options.station] : []
  const child = spawn(peer('eapol_test'), ['-c', file, '-a', '127.0.0.1', '-p', String(options.port), '-s', options.secret, '-t', PATIENCE_SECONDS, ...station])
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  rmSync(dir, { recursive: true, force: true })
  return { success: code === 0 && /^SUCCESS$/m.test(output), output }
}
