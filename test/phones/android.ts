// Android's NetworkMonitor (AOSP packages/modules/NetworkStack, src/com/android/server/connectivity/NetworkMonitor.java: makeProbeConnection,
// sendHttpProbe, sendHttpAndHttpsParallelWithFallbackProbes) and CaptivePortalProbeResult: 204 is open, another 200–399 a portal, the rest a failure.
import { createBrowser, type Answer, type Ask } from './browser.ts'
import type { Network, Phone, Verdict } from './phone.ts'

const HTTP_PROBE = new URL('http://connectivitycheck.gstatic.com/generate_204')
const HTTPS_HOST = 'www.google.com'
const FALLBACKS = [new URL('http://www.google.com/gen_204'), new URL('http://play.googleapis.com/generate_204')]
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/60.0.3112.32 Safari/537.36'
const SUCCESS = 204
const FAILED = 599
/** "There's no point in considering this a captive portal as the user cannot sign-in to an empty page" (b/9972012, b/122999481). */
const LONGEST_EMPTY_BYTES = 4

function resultCode({ status, body, unbounded }: Answer): number {
  if (status !== 200) return status
  return (unbounded ? body.length === 0 : Buffer.byteLength(body) <= LONGEST_EMPTY_BYTES) ? FAILED : status
}
const isPortal = (code: number): boolean => code !== SUCCESS && code >= 200 && code <= 399

async function probe({ dial }: Network, url: URL): Promise<{ code: number; location: URL }> {
  const ask: Ask = { url, headers: { Connection: 'close', 'User-Agent': AGENT } }
  const answer = await createBrowser(dial, {}).ask(ask).catch(() => undefined)
  return { code: answer ? resultCode(answer) : FAILED, location: new URL(answer?.headers.get('location') ?? url.href, url) }
}

async function check(network: Network): Promise<Verdict> {
  const [http, secure] = await Promise.all([probe(network, HTTP_PROBE), network.secure(HTTPS_HOST)])
  if (isPortal(http.code)) return { kind: 'captive', login: http.location }
  if (secure) return { kind: 'open' }
  for (const url of FALLBACKS) {
    const fallback = await probe(network, url)
    if (isPortal(fallback.code)) return { kind: 'captive', login: fallback.location }
  }
  return { kind: 'none', why: http.code === SUCCESS ? 'partial connectivity: HTTP is open, HTTPS is not' : `the probe failed (${http.code}): no internet, no page` }
}

export const android: Phone = {
  name: 'Android',
  sheetAgent: 'Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP4A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/138.0 Mobile Safari/537.36',
  check,
}
