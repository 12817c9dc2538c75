// The real Firefox, watched: starts it without a window on a profile of its own and prints, as a line of JSON, each state of its
// captive-portal service with the seconds since the start. Spoken to by Marionette, Firefox's own remote protocol. FOLDER: where its
// profile may be, which ends with the laboratory.
import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const LOOK_EVERY_MS = 100
const START_TRIES = 200
const MARIONETTE_PORT = 2828
/** nsICaptivePortalService.idl */
const STATES = ['unknown', 'open', 'unlocked', 'captive'] as const
const LOOK = 'return Cc["@mozilla.org/network/captive-portal-service;1"].getService(Ci.nsICaptivePortalService).state'
const PREFS: Readonly<Record<string, boolean | number | string>> = {
  // As on a person's machine: Marionette's own preferences would switch the service off.
  'remote.prefs.recommended': false,
  'network.captive-portal-service.enabled': true,
  'captivedetect.canonicalURL': 'http://detectportal.firefox.com/canonical.html',
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage': 'about:blank',
  'browser.startup.page': 0,
  'browser.aboutwelcome.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
  'app.normandy.enabled': false,
  'extensions.update.enabled': false,
  'network.trr.mode': 5,
}

/** Messages are `LENGTH:JSON`; a command is [0, id, name, parameters], its answer [1, id, error, result]. */
function marionette(socket: Socket): (name: string, parameters: object) => Promise<unknown> {
  let bytes = Buffer.alloc(0)
  let id = 0
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    for (let colon = bytes.indexOf(':'); colon >= 0; colon = bytes.indexOf(':')) {
      const end = colon + 1 + Number(bytes.subarray(0, colon).toString())
      if (bytes.length < end) return
      const message: unknown = JSON.parse(bytes.subarray(colon + 1, end).toString('utf8'))
      bytes = bytes.subarray(end)
      if (!Array.isArray(message)) continue
      const asked = waiting.get(Number(message[1]))
      if (message[2]) asked?.reject(new Error(JSON.stringify(message[2])))
      else asked?.resolve(message[3])
    }
  })
  return (name, parameters) =>
    new Promise((resolve, reject) => {
      waiting.set(++id, { resolve, reject })
      const text = JSON.stringify([0, id, name, parameters])
      socket.write(`${Buffer.byteLength(text)}:${text}`)
    })
}

function dialOnce(): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(MARIONETTE_PORT, '127.0.0.1', () => resolve(socket))
    socket.once('error', () => resolve(undefined))
  })
}

const profile = mkdtempSync(join(process.argv[2] ?? '', 'firefox-'))
writeFileSync(join(profile, 'user.js'), Object.entries(PREFS).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''))
const began = performance.now()
const browser = spawn('firefox-esr', ['--headless', '--no-remote', '--profile', profile, '--marionette', '--remote-allow-system-access'], { stdio: 'ignore', env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' } })

function end(code: number): void {
  browser.once('exit', () => process.exit(code))
  browser.kill('SIGKILL')
}
process.once('SIGTERM', () => end(0))

let socket: Socket | undefined
for (let tries = 0; !socket && tries < START_TRIES; tries++) {
  socket = await dialOnce()
  if (!socket) await wait(LOOK_EVERY_MS)
}
if (!socket) {
  process.stderr.write('Firefox did not listen\n')
  end(1)
} else {
  const ask = marionette(socket)
  await ask('WebDriver:NewSession', {})
  await ask('Marionette:SetContext', { value: 'chrome' })
  for (let last = -1; ; await wait(LOOK_EVERY_MS)) {
    const state = Number(((await ask('WebDriver:ExecuteScript', { script: LOOK, args: [] })) as { value?: unknown }).value)
    if (state !== last) process.stdout.write(`${JSON.stringify({ state: STATES[state] ?? state, seconds: (performance.now() - began) / 1000 })}\n`)
    last = state
  }
}
