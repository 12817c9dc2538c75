// Debian's openNDS on the gateway of a laboratory, with our portal beside it as its forwarding authentication service.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { curl, until, urlOf } from './curl.ts'
import { createLab, type Inside, type Lab } from './lab.ts'
import { LANS, UPSTREAM } from './network.ts'

export const FASKEY = '1234567890'
const PORTAL_PORT = 8080
const READY_WITHIN_SECONDS = 60

export type NdsTown = {
  readonly lab: Lab
  /** Runs a command where openNDS runs, with its socket and its settings. */
  beside(command: string): Inside
  close(): Promise<void>
}

// openNDS edits /etc and keeps its socket in /tmp: it gets its own of both. Its script puts chains of another priority where
// iptables-nft expects its own, so it is given iptables-legacy. Its DHCP check wants a lease for every phone.
const GROUND = `set -e
mkdir -p /run/etc /run/bin && (cp -a /etc/. /run/etc/ 2>/dev/null || true)
mount --bind /run/etc /etc && mount -t tmpfs tmpfs /tmp && mkdir -p /run/tmpfiles.d && touch /etc/dnsmasq.conf
ln -s "$(command -v iptables-legacy)" /run/bin/iptables
printf '0 02:70:00:00:00:0a 192.168.70.10 * *\\n0 02:70:00:00:00:0b 192.168.70.11 * *\\n' > /tmp/dhcp.leases
cat > /etc/opennds/opennds.conf`

function ndsConf(level: number): string {
  return `GatewayInterface lan0
GatewayName place
fasport ${PORTAL_PORT}
faspath /at/nds
fas_secure_enabled ${level}
faskey ${FASKEY}
debuglevel 0
use_outdated_mhd 1
checkinterval 5
FirewallRuleSet authenticated-users {
FirewallRule allow all
}
FirewallRuleSet users-to-router {
FirewallRule allow tcp port ${PORTAL_PORT}
}
`
}

function parvisToml(level: number): string {
  return `[portal]
host = "${LANS.lan0.v4}"
port = ${PORTAL_PORT}
session_seconds = 600
down_kbps = 5000
[gateway]
enforcer = "controllers"
[hub]
mode = "off"
[[controllers]]
name = "nds"
kind = "opennds"
addresses = ["${LANS.lan0.v4}"]
secret = "${FASKEY}"
fas_level = ${level}
`
}

/** @param levels how openNDS sends its phones, and how our portal takes them: of 3 and 4 only the transport differs from 2 and 1. */
export async function openNdsTown(levels: { readonly nds: 1 | 2; readonly portal: number }): Promise<NdsTown> {
  const lab = await createLab()
  const data = mkdtempSync(join(tmpdir(), 'parvis-nds-'))
  const runtime = mkdtempSync('/dev/shm/parvis-nds-')
  const config = join(data, 'parvis.toml')
  writeFileSync(config, parvisToml(levels.portal))
  const world = lab.spawn('upstream', [process.execPath, 'test/lab/upstream.ts', '80'])
  const portal = lab.spawn('gateway', [process.execPath, 'scripts/main.ts', 'run', '--json', '--role', 'portal,radius', '--config', config], { env: { PARVIS_DATA: join(data, 'var'), PARVIS_RUNTIME: runtime } })
  // Whatever runs beside openNDS shares its mounts: it is a child of the same shell, told what to do line by line.
  const nds = lab.spawn('gateway', ['unshare', '-m', 'sh', '-c', `${GROUND} <<'END'\n${ndsConf(levels.nds)}END\nexec env PATH=/run/bin:$PATH opennds -f -c /etc/opennds/opennds.conf`])
  await world.says('listening')
  const dead = Promise.race([nds.ended, portal.ended]).then(({ stdout, stderr }) => Promise.reject(new Error(`it ended: ${stdout}${stderr}`)))
  dead.catch(() => {})
  // Four of these start at once, on a machine that may have two processors.
  await Promise.race([dead, until(async () => (await curl(lab, 'gateway', `http://${LANS.lan0.v4}:${PORTAL_PORT}/readyz`)).status === 200, READY_WITHIN_SECONDS)])
  await Promise.race([dead, until(async () => (await curl(lab, 'phone', urlOf(UPSTREAM.v4))).status === 307, READY_WITHIN_SECONDS)])
  const { stdout } = await lab.in('gateway', ['pgrep', '-x', 'opennds'])
  const [pid = ''] = stdout.split('\n')
  return {
    lab,
    beside: (command) => lab.spawn('gateway', ['nsenter', '-t', pid, '-m', '--', 'env', 'PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'sh', '-c', command]),
    async close() {
      await lab.close()
      for (const folder of [data, runtime]) rmSync(folder, { recursive: true, force: true })
    },
  }
}
