// The real NetworkManager, watched: starts it with a message bus of its own in a mount namespace of its own, and prints each change
// of what it makes of the network as a line of JSON. It looks again by itself, as often as `interval` lets it. FOLDER: where its files
// may be, which ends with the laboratory.
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'

const LOOK_EVERY_MS = 200
/** Debian's package asks every 300 s, and whoever presses in a desktop's sign-in window asks at once. */
const INTERVAL_SECONDS = 4
const PROBE = 'http://network-test.debian.org/nm'

const dir = mkdtempSync(join(process.argv[2] ?? '', 'nm-'))
const bus = join(dir, 'bus')
const BUS_SETTINGS = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=${bus}</listen><auth>EXTERNAL</auth><policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy></busconfig>`
const SETTINGS = `[main]
plugins=keyfile
no-auto-default=*
dns=none
rc-manager=unmanaged
auth-polkit=false
[connectivity]
uri=${PROBE}
interval=${INTERVAL_SECONDS}
`
// A read-only /sys of this network namespace tells NetworkManager that no udev is coming; its folders are empty ones.
const MOUNTS = ['mount -t sysfs -o ro sysfs /sys', 'mkdir -p /run/NetworkManager', 'mount -t tmpfs tmpfs /var/lib/NetworkManager', 'mount -t tmpfs tmpfs /etc/NetworkManager'].join(' && ')

mkdirSync(join(dir, 'conf.d'))
writeFileSync(join(dir, 'bus.conf'), BUS_SETTINGS)
writeFileSync(join(dir, 'nm.conf'), SETTINGS)
const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${bus}` }
const run = (script: string) => spawn('unshare', ['-m', 'sh', '-c', script], { env, stdio: ['ignore', 'ignore', 'inherit'] })
const daemon = run(`exec dbus-daemon --config-file=${dir}/bus.conf --nofork --nosyslog 2>/dev/null`)
const manager = run(`${MOUNTS} && until [ -S ${bus} ]; do sleep 0.05; done; exec NetworkManager --no-daemon --config=${dir}/nm.conf --config-dir=${dir}/conf.d --pid-file=${dir}/pid 2>/dev/null`)

process.once('SIGTERM', () => {
  manager.kill('SIGKILL')
  daemon.kill('SIGKILL')
  process.exit(0)
})

const began = performance.now()
for (let last = ''; ; await wait(LOOK_EVERY_MS)) {
  const said = await promisify(execFile)('nmcli', ['-t', 'networking', 'connectivity'], { env }).then(({ stdout }) => stdout.trim(), () => '')
  if (said !== last && said !== '') process.stdout.write(`${JSON.stringify({ connectivity: said, seconds: (performance.now() - began) / 1000 })}\n`)
  last = said
}
