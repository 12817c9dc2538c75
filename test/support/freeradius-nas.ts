// FreeRADIUS as an access server that takes Disconnect- and CoA-Requests: it has the session `s1` and refuses every other.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freeUdpPort, preamble, readDetail, runFreeRadius } from './freeradius.ts'

export type CoaNas = {
  readonly port: number
  /** What it was asked, oldest first: attribute → value as it prints them, without quotes. */
  asked(): readonly Readonly<Record<string, string>>[]
  stop(): Promise<void>
}

/** `Idle-Timeout` is what this access server cannot change. */
function configuration(dir: string, secret: string, port: number): string {
  return `
${preamble(dir)}
security {
 max_attributes = 200
 reject_delay = 0
}
proxy_requests = no
thread pool {
 start_servers = 1
 max_servers = 1
 min_spare_servers = 1
 max_spare_servers = 1
}
client c0 {
 ipaddr = 127.0.0.1
 secret = "${secret}"
}
modules {
 detail {
  filename = ${dir}/detail
  permissions = 0600
 }
 always reject {
  rcode = reject
 }
 always ok {
  rcode = ok
 }
}
server default {
 listen {
  type = coa
  ipaddr = 127.0.0.1
  port = ${port}
  virtual_server = default
 }
 recv-coa {
  detail
  if (&Acct-Session-Id != "s1") {
   update reply {
    Error-Cause := Session-Context-Not-Found
   }
   reject
  }
  elsif (&Idle-Timeout) {
   update reply {
    Error-Cause := Unsupported-Attribute
   }
   reject
  }
  else {
   ok
  }
 }
}
`
}

/** @throws when it does not come up; what it said is in the message. Guard with `absent('freeradius')`. */
export async function startCoaNas(secret: string): Promise<CoaNas> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-coa-nas-'))
  const port = await freeUdpPort()
  writeFileSync(join(dir, 'radiusd.conf'), configuration(dir, secret, port), { mode: 0o600 })
  const { stop } = await runFreeRadius(dir)
  return { port, asked: () => readDetail(join(dir, 'detail')), stop }
}
