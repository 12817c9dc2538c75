// The places at which pictures are taken: a whole town, and portals of which each has something the matter, or something of its own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#shared/clock.ts'
import { ask } from '../commands/ask.ts'
import { startInstance, type Instance } from '../instance.ts'
import { connect, phone } from '../town/phone.ts'
import { keepOut } from './keep-out.ts'

const HOUR_MS = 3_600_000
const QUARTER_MS = HOUR_MS / 4
/** Nothing listens on it (discard, RFC 863). */
const DEAD_PORT = 9
const LOOK_EVERY_MS = 50
/** What the clock of later.ts says when it has leapt. */
export const LATER = 'an hour and a half later'
const SILENT = `[[radius.servers]]\naddress = "127.0.0.1"\nauth_port = ${DEAD_PORT}\nacct_port = ${DEAD_PORT}\nsecret = "un secret de seize signes au moins"\n`
const PORTAL_ONLY = ['--role', 'portal,radius', '--hub.mode=off']

export const HOSTS = { closed: '127.0.0.31', account: '127.0.0.32', free: '127.0.0.33', closing: '127.0.0.34' } as const
/** The device that the pictures are taken with, and somebody else. */
const [OURS, OTHER] = ['127.0.0.1', '127.0.0.9']
export const SOMEBODY = OTHER

const site = (id: string, name: string, host: string, more: string) => `[[sites]]\nid = "${id}"\nname = "${name}"\nmatch = { called_station_id = "${host}" }\n${more}\n`

/** Of a city in the hills: three strokes and a sun, as a small town would have them. */
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 40"><circle cx="33" cy="11" r="6" fill="#E4572E"/><path d="M2 34 16 14l9 12 6-7 15 15z" fill="#5B2A86"/></svg>'
const TERMS = `<!-- id: reglement; version: 2026-11; title: Règlement du Wi-Fi public -->
<h2>Usage</h2>
<p>Le Wi-Fi public est ouvert à toutes et à tous. Il se partage : une vidéo par personne, pas trois.</p>
<h2>Ce que la commune fait</h2>
<ul><li>Elle entretient le réseau.</li><li>Elle ne regarde pas ce que vous y faites.</li></ul>
`

/** Open since two hours ago, for another hour and a half at most. */
function closingSoon(nowMs: number): string {
  const hour = (ms: number): string => new Intl.DateTimeFormat('fr', { timeZone: 'Europe/Paris', hour: '2-digit', minute: '2-digit' }).format(ms)
  const closesMs = Math.floor((nowMs + 1.5 * HOUR_MS) / QUARTER_MS) * QUARTER_MS
  return `${hour(closesMs - 4 * HOUR_MS)}-${hour(closesMs)}`
}

type Plan = {
  /** Files in the stage's folder, `parvis.toml` among them. */
  files(folder: string, nowMs: number): Readonly<Record<string, string>>
  /** What must have happened before the first picture. */
  before?(standing: Pick<Standing, 'instance' | 'operatorCode'>): Promise<void>
  /** Another entry than `scripts/main.ts`. */
  readonly entry?: string
}

const PLANS = {
  /** Everything as it comes: the demonstration, staff, kiosk. */
  town: { files: () => ({}) },
  /** All ways to sign in, choices, terms of its own; places that are closed, ask for an account, ask nothing. */
  ways: {
    files: (folder, nowMs) => ({
      'terms/fr.html': TERMS,
      'parvis.toml': `[portal]
host = ["127.0.0.1", "${Object.values(HOSTS).join('", "')}"]
methods = ["click", "voucher", "account", "reentry"]
quota_mb = 500
idle_seconds = 900
[[portal.extras]]
id = "lettre"
fr = "Recevoir un mot quand ce lieu change ses horaires."
ar = "تلقّي كلمة عندما يغيّر هذا المكان مواعيده."
[[portal.emergency]]
number = "04 00 00 00 00"
fr = "Mairie, de garde la nuit"
${site('default', 'Place du Marché', '127.0.0.1', `terms = ${JSON.stringify(join(folder, 'terms'))}`)}
${site('closed', 'Médiathèque', HOSTS.closed, `open = "03:00-03:01"`)}
${site('account', 'École des arts', HOSTS.account, 'methods = ["account", "reentry"]')}
${site('free', 'Jardin public', HOSTS.free, 'methods = ["free"]')}
${site('closing', 'Mairie', HOSTS.closing, `open = "${closingSoon(nowMs)}"`)}`,
    }),
    before: async ({ instance: { urls } }) => void (await connect(phone(OTHER), urls['portal'] ?? '')),
  },
  /** Where time can be made to pass. */
  later: { files: () => ({ 'parvis.toml': site('default', 'Place du Marché', OURS, '') }), entry: join(import.meta.dirname, 'later.ts') },
  /** Staff has kept our device out. */
  barred: {
    files: () => ({ 'parvis.toml': site('default', 'Place du Marché', OURS, '') }),
    async before({ instance: { urls }, operatorCode }) {
      await connect(phone(OURS), urls['portal'] ?? '')
      await keepOut(urls['ops'] ?? '', await operatorCode(), OURS)
    },
  },
  /** In a city's own colours, under its logo. */
  city: {
    files: (folder) => ({ 'logo.svg': LOGO, 'parvis.toml': `[city]\nname = "Rivemont"\nlogo = ${JSON.stringify(join(folder, 'logo.svg'))}\nsquare = "#5B2A86"\nsun = "#E4572E"\n[[sites]]\nid = "default"\nname = "Rivemont"\n` }),
  },
  silent: { files: () => ({ 'parvis.toml': SILENT }) },
  /** Its RADIUS server is dead as well, and the city lets people in for a while without it. */
  grace: { files: () => ({ 'parvis.toml': `[portal]\ngrace_seconds = 900\ngrace_sessions = 1000\n${SILENT}` }) },
  'wrong-clock': { files: () => ({ 'parvis.toml': site('default', 'Place du Marché', OURS, '') }), entry: join(import.meta.dirname, 'long-ago.ts') },
  cut: { files: () => ({ 'parvis.toml': `[uplink]\nprobe = ["dns:127.0.0.1:${DEAD_PORT}"]\n` }) },
  full: {
    files: () => ({ 'parvis.toml': '[portal]\nmost_sessions = 1\n' }),
    before: async ({ instance: { urls } }) => void (await connect(phone(OTHER), urls['portal'] ?? '')),
  },
  works: { files: (_folder, nowMs) => ({ 'data/maintenance.json': JSON.stringify({ fromMs: nowMs - HOUR_MS, untilMs: nowMs + HOUR_MS, texts: { fr: 'On remplace l’antenne de la place.' } }) }) },
} satisfies Readonly<Record<string, Plan>>
export type StageId = keyof typeof PLANS

export type Standing = {
  readonly instance: Instance
  /** A code for the page of live connections. */
  operatorCode(): Promise<string>
  /** Where the stage has a clock of its own: lets most of a session pass. */
  later(): Promise<void>
  /** Stops it and takes its folder away. */
  close(): Promise<void>
}

async function later({ child, log }: Instance): Promise<void> {
  const leaps = (): number => log().split(LATER).length
  const before = leaps()
  child.kill('SIGUSR2')
  while (leaps() === before && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const place of ['data', 'terms']) mkdirSync(join(folder, place), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

export async function openStage(id: StageId): Promise<Standing> {
  const plan: Plan = PLANS[id]
  const folder = mkdtempSync(join(tmpdir(), 'parvis-screens-'))
  const files = plan.files(folder, systemClock().now())
  write(folder, files)
  const config = 'parvis.toml' in files ? ['--config', join(folder, 'parvis.toml')] : []
  const data = join(folder, 'data')
  const instance = await startInstance({ data, args: [...config, ...(id === 'town' ? [] : PORTAL_ONLY)], ...(plan.entry !== undefined && { entry: plan.entry }) })
  const operatorCode = async () => String((await ask(data, 'operator code', { name: 'Claire' }))['code'])
  await plan.before?.({ instance, operatorCode })
  return {
    instance,
    operatorCode,
    later: () => later(instance),
    async close() {
      await instance.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
