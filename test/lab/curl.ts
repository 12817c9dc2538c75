// The phone's browser, as far as a journey needs one.
import { setTimeout as wait } from 'node:timers/promises'
import type { Lab } from './lab.ts'

const ASK_EVERY_MS = 10

export type Fetched = { readonly exit: number | null; readonly status: number; readonly location: string; readonly body: string; readonly seconds: number }

export function urlOf(address: string, path = '/'): string {
  return `http://${address.includes(':') ? `[${address}]` : address}${path}`
}

/** What `who` gets for `url`; `exit` is curl's: 7 refused, 28 no answer in time. */
export async function curl(lab: Lab, who: string, url: string, extra: readonly string[] = []): Promise<Fetched> {
  const told = '\n%{http_code} %{time_total} %{redirect_url}'
  const { code, stdout } = await lab.in(who, ['curl', '-sS', '--connect-timeout', '0.4', '--max-time', '3', '-w', told, ...extra, url])
  const cut = stdout.lastIndexOf('\n')
  const [status = '0', seconds = '0', location = ''] = stdout.slice(cut + 1).split(' ')
  return { exit: code, status: Number(status), location, body: stdout.slice(0, cut), seconds: Number(seconds) }
}

/** Asks until `wanted` holds. @returns the seconds that took; throws after `withinSeconds`. */
export async function until(wanted: () => Promise<boolean>, withinSeconds: number): Promise<number> {
  const began = performance.now()
  const passed = () => (performance.now() - began) / 1000
  while (!(await wanted())) {
    if (passed() > withinSeconds) throw new Error(`not within ${withinSeconds} s`)
    await wait(ASK_EVERY_MS)
  }
  return passed()
}
