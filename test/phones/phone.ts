// What a phone does from joining to the page its owner wanted, whoever made it. What differs stands in apple.ts, android.ts, windows.ts.
import { setTimeout as wait } from 'node:timers/promises'
import { createBrowser, type Browser, type Dial, type Page } from './browser.ts'
import { WANTED } from './world.ts'

/** What the phone makes of the network. */
export type Verdict = { readonly kind: 'open' } | { readonly kind: 'captive'; readonly login: URL } | { readonly kind: 'none'; readonly why: string }

export type Network = {
  readonly dial: Dial
  /** A TLS handshake with a name, checked against the world's authority. */
  readonly secure: (host: string) => Promise<boolean>
  /** Which of a client's probes are sent: those for names with IPv4 or with IPv6 addresses. */
  readonly family: 'v4' | 'v6'
}

export type Phone = {
  readonly name: string
  /** Of the window or browser that the sign-in page opens in. */
  readonly sheetAgent: string
  check(network: Network): Promise<Verdict>
}

/** Where a journey ended before its end. `seconds` from the press to the wanted page. */
export type Journey = { readonly ok: true; readonly seconds: number } | { readonly ok: false; readonly at: 'detect' | 'page' | 'press' | 'open' | 'after'; readonly why: string }

const wantedUrl = new URL(`http://${WANTED.host}${WANTED.path}`)
const ASK_AGAIN_MS = 250

/** The first form of a page and the hidden fields that go with it. */
export function formOf({ url, body }: Page): { action: URL; fields: URLSearchParams } | undefined {
  const form = /<form[^>]*method="post"[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/i.exec(body)
  if (!form) return undefined
  const fields = [...(form[2] ?? '').matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']): [string, string] => [name, value])
  return { action: new URL(form[1] ?? '', url), fields: new URLSearchParams(fields) }
}

async function until(holds: () => Promise<boolean>, seconds: number): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    if (await holds().catch(() => false)) return true
    if (performance.now() > deadline) return false
    await wait(ASK_AGAIN_MS)
  }
}

async function travel(phone: Phone, network: Network, browser: Browser, patienceSeconds: number): Promise<Journey> {
  // Whatever was open on the phone asks before anyone looks at it, and may keep its connection.
  const before = await browser.open(wantedUrl).catch(() => undefined)
  const verdict = await phone.check(network)
  if (verdict.kind !== 'captive') return { ok: false, at: 'detect', why: verdict.kind === 'none' ? verdict.why : 'it believes the network to be open and shows nothing' }
  const page = await browser.open(verdict.login)
  // A redirect has a short note with a link, for who does not follow by itself: RFC 1945 §9.3, RFC 2616 §10.3.3.
  if (before?.redirect?.body === '' || page.redirect?.body === '') return { ok: false, at: 'page', why: 'a redirect without a word' }
  const form = page.status === 200 ? formOf(page) : undefined
  if (!form) return { ok: false, at: 'page', why: `a page of ${page.body.length} characters with nothing to press` }
  const pressed = performance.now()
  const answer = await browser.open(form.action, form.fields)
  if (answer.status !== 200) return { ok: false, at: 'press', why: `answered ${answer.status}` }
  if (!(await until(async () => (await phone.check(network)).kind === 'open', patienceSeconds))) return { ok: false, at: 'open', why: 'still captive by its own check' }
  if (!(await until(async () => (await browser.open(wantedUrl)).body === WANTED.body, patienceSeconds))) return { ok: false, at: 'after', why: 'the wanted page is still the portal' }
  return { ok: true, seconds: (performance.now() - pressed) / 1000 }
}

/** The whole way: an app asks, the phone checks, the sheet opens, one press, the check again, the wanted page. Fails in words. */
export async function journey(phone: Phone, network: Network, patienceSeconds = 6): Promise<Journey> {
  const browser = createBrowser(network.dial, { 'User-Agent': phone.sheetAgent, Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'Accept-Language': 'fr' })
  try {
    return await travel(phone, network, browser, patienceSeconds)
  } catch (error) {
    return { ok: false, at: 'page', why: error instanceof Error ? error.message : String(error) }
  } finally {
    browser.close()
  }
}
