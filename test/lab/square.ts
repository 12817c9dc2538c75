// A square with everything real on it: phones, the gateway with portal, nftables and a RADIUS server, and the world behind.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Step } from '#portal/session/desk.ts'
import { formFields, tokenOf } from '#test/support/portal-town.ts'
import { curl, urlOf, type Fetched } from './curl.ts'
import { createLab, type Finished, type Inside, type Lab } from './lab.ts'
import { LANS, UPSTREAM, type ClientPlan } from './network.ts'
import { SECRET, TOKEN_KEY } from './secrets.ts'

export const FAMILIES = [UPSTREAM.v4, UPSTREAM.v6] as const
export const WORLD = 'the world\n'
export const PORTAL_PORT = 8080
const COA_PORT = 3799
const RADIUS_PORTS = { auth: 1812, acct: 1813 } as const

/** One accounting message as the server stored it. */
export type Told = { readonly status: 'start' | 'interim' | 'stop' | 'on'; readonly id: string; readonly cause?: string; readonly seconds?: number; readonly up?: number; readonly down?: number }
export type OpenRow = { readonly mac: string; readonly mark: number; readonly site: string }

export type PortalProcess = { readonly inside: Inside; list(): Promise<readonly OpenRow[]> }
/** `told` is about sessions: without Accounting-On. */
export type RadiusProcess = { readonly told: readonly Told[]; stop(): Promise<void> }

export type Square = {
  readonly lab: Lab
  /** PARVIS_DATA of the gateway. */
  readonly data: string
  /** Where the portal sends phones. */
  readonly url: string
  /** Starts the portal role; with `die` it ends itself at that arrow; `under`: a program that watches it. */
  portal(die?: Step, under?: readonly string[]): Promise<PortalProcess>
  /** Starts everything by the command that a city runs, with the RADIUS server inside. */
  town(): Promise<Inside>
  radius(sessionSeconds: number): Promise<RadiusProcess>
  /** What is started from now on lives so far ahead of the machine's clock. */
  liveAhead(ms: number): void
  /** Runs a command of scripts/parvis on the gateway, with its settings and directories. */
  command(...words: readonly string[]): Promise<Finished>
  /**
   * Opens the page and presses the button: where the captive answer sends the phone, by IPv4; with `post` the form goes to
   * the portal's address of that family on the phone's own network.
   */
  tap(who: string, options?: { post?: 'v4' | 'v6' }): Promise<Fetched & { readonly token: string | undefined }>
  /** RFC 8908 as this phone sees it. */
  capport(who: string): Promise<{ readonly captive: boolean; readonly 'seconds-remaining'?: number }>
  disconnect(who: string, token: string): Promise<Fetched>
  /** Sends a Disconnect-Request by radclient, naming the phone or, with `session`, the Acct-Session-Id. @returns what radclient says. */
  disconnectRequest(name: { who: string } | { session: string }): Promise<string>
  /** Marks that the kernel lets through. */
  kernelMarks(): Promise<readonly number[]>
  close(): Promise<void>
}

const VLAN_SITE = `
[[sites]]
id = "market"
name = "Halles"
match = { vlan = "lan1" }
`

function settingsText(lans: readonly (keyof typeof LANS)[], more: string): string {
  const tables = `${more}\n[`.search(/^\[/m)
  const hosts = lans.flatMap((lan) => [LANS[lan].v4, LANS[lan].v6])
  return `[portal]
host = ${JSON.stringify(hosts)}
port = ${PORTAL_PORT}
url = "http://${LANS.lan0.v4}:${PORTAL_PORT}/"
hosts = ["parvis.test"]
${more.slice(0, tables)}
[gateway]
enforcer = "nftables"
lan = ${JSON.stringify(lans)}
wan = "wan0"
[radius]
token_key = "${TOKEN_KEY}"
coa_port = ${COA_PORT}
[[radius.clients]]
name = "local"
address = "127.0.0.1"
secret = "${SECRET}"
[[radius.servers]]
address = "127.0.0.1"
auth_port = ${RADIUS_PORTS.auth}
acct_port = ${RADIUS_PORTS.acct}
secret = "${SECRET}"
[hub]
mode = "off"
${lans.includes('lan1') ? VLAN_SITE : ''}${more.slice(tables)}`
}

/** Lines of JSON from a process, one after another. */
function jsonLines<T>(inside: Inside, hear: (line: T) => void): void {
  if (!inside.child.stdout) throw new Error('the process has no standard output')
  createInterface({ input: inside.child.stdout }).on('line', (line) => {
    // The other end is ours and writes these very types.
    if (line.startsWith('{')) hear(JSON.parse(line) as T)
  })
}

const WORLD_PROGRAM: readonly string[] = [process.execPath, 'test/lab/upstream.ts', '80,443,853']

/**
 * @param settings Lines to add to parvis.toml; those before its first table belong to [portal].
 * @param worldProgram What stands in the upstream's namespace; says `listening`.
 */
export async function openSquare(plans: readonly ClientPlan[], settings = '', worldProgram = WORLD_PROGRAM): Promise<Square> {
  const lab = await createLab(plans)
  const data = mkdtempSync(join(tmpdir(), 'parvis-square-'))
  const runtime = mkdtempSync('/dev/shm/parvis-square-')
  const config = join(data, 'parvis.toml')
  const text = settingsText([...new Set(plans.map((plan) => plan.lan))], settings)
  writeFileSync(config, text)
  const world = lab.spawn('upstream', worldProgram)
  await world.says('listening')
  const env = { PARVIS_DATA: join(data, 'var'), PARVIS_RUNTIME: runtime }
  let aheadMs = 0

  const portalUrl = (who: string, path: string, family: 'v4' | 'v6' = 'v4') => {
    const client = lab.clients[who]
    const address = (family === 'v4' ? client?.gateway4 : client?.gateway6) ?? ''
    return urlOf(address).replace(/\/$/, `:${PORTAL_PORT}${path}`)
  }
  const form = (fields: Readonly<Record<string, string>>) => ['--data', new URLSearchParams(fields).toString()]

  return {
    lab,
    data: join(data, 'var'),
    url: portalUrl(plans[0]?.name ?? '', '/'),
    async portal(die, under = []) {
      const inside = lab.spawn('gateway', [...under, process.execPath, 'test/lab/portal.ts', '--config', config, '--ahead', String(aheadMs), ...(die === undefined ? [] : ['--die', die])], { env })
      let answer: (open: readonly OpenRow[]) => void = () => {}
      jsonLines<{ open?: readonly OpenRow[] }>(inside, ({ open }) => open && answer(open))
      await inside.says('"ready"')
      return {
        inside,
        list: () =>
          new Promise((resolve) => {
            answer = resolve
            inside.child.stdin?.write('list\n')
          }),
      }
    },
    async town() {
      // Without [[radius.servers]] the portal asks the server in its own process.
      const alone = join(data, 'alone.toml')
      writeFileSync(alone, text.replace(/\[\[radius\.servers\]\][^[]*/, ''))
      const inside = lab.spawn('gateway', ['scripts/parvis', 'run', '--json', '--config', alone], { env })
      await inside.says('"urls"')
      return inside
    },
    command: (...words) => lab.in('gateway', ['scripts/parvis', ...words, '--config', config], { env }),
    async radius(sessionSeconds) {
      const inside = lab.spawn('gateway', [process.execPath, 'test/lab/radius.ts', ...Object.values(RADIUS_PORTS).map(String), String(sessionSeconds), String(aheadMs)])
      const told: Told[] = []
      jsonLines<Told>(inside, (one) => one.id !== undefined && one.status !== 'on' && told.push(one))
      await inside.says('"ready"')
      return { told, stop: () => inside.kill('SIGKILL') }
    },
    liveAhead: (ms) => void (aheadMs = ms),
    async tap(who, { post } = {}) {
      const { location } = await curl(lab, who, urlOf(UPSTREAM.v4, '/generate_204'))
      const page = await curl(lab, who, location)
      const action = post === undefined ? new URL('/connect', location).href : portalUrl(who, '/connect', post)
      const answered = await curl(lab, who, action, form(formFields(page.body)))
      return { ...answered, token: answered.body.includes('/s/') ? tokenOf(answered.body) : undefined }
    },
    async capport(who) {
      const { body } = await curl(lab, who, portalUrl(who, '/capport'))
      // RFC 8908 §5; a missing key fails the test that reads it.
      return JSON.parse(body) as { captive: boolean }
    },
    disconnect: (who, token) => curl(lab, who, portalUrl(who, '/disconnect'), form({ token })),
    async disconnectRequest(name) {
      const attribute = 'session' in name ? `Acct-Session-Id = "${name.session}"` : `Calling-Station-Id = "${lab.clients[name.who]?.mac.replaceAll(':', '-').toUpperCase()}"`
      const command = ['radclient', '-r', '1', '-t', '3', `127.0.0.1:${COA_PORT}`, 'disconnect', SECRET]
      const { stdout, stderr } = await lab.in('gateway', command, { input: `${attribute}\n` })
      return stdout + stderr
    },
    async kernelMarks() {
      const { stdout } = await lab.in('gateway', ['nft', '-j', 'list', 'set', 'inet', 'parvis', 'open'])
      const { nftables } = JSON.parse(stdout) as { nftables: readonly { set?: { elem?: readonly { elem: { val: number } }[] } }[] }
      return nftables.flatMap((part) => part.set?.elem ?? []).map(({ elem }) => elem.val)
    },
    async close() {
      await lab.close()
      for (const folder of [data, runtime]) rmSync(folder, { recursive: true, force: true })
    },
  }
}
