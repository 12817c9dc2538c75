// Apple's Captive Network Assistant. Apple publishes no rules for it; these are what others found, and who says so:
// revk.uk, "Captive portals (apple)" (2016): open when title and contents say "Success", else whatever came is shown in the sheet.
// Cisco WLC configuration guide 7.6, "Captive Bypassing": the request that decides is a program's own, apart from the sheet.
// Espressif ESP-IDF, examples/protocols/http_server/captive_portal: a redirect without content is not taken for a portal.
// Recalled and not read: the probe's agent and its `Connection: close`.
import { createBrowser, type Answer } from './browser.ts'
import type { Phone, Verdict } from './phone.ts'

const PROBE = new URL('http://captive.apple.com/hotspot-detect.html')
const AGENT = 'CaptiveNetworkSupport-491.40.3 wispr'

function verdictOn({ status, body }: Answer): Verdict {
  if (status === 200 && /<title>\s*Success\s*<\/title>/i.test(body) && /<body>\s*Success\s*<\/body>/i.test(body)) return { kind: 'open' }
  if (status >= 300 && status < 400 && body.trim() === '') return { kind: 'none', why: 'a redirect without content is not seen as a portal' }
  // The sheet navigates to the probe's address itself.
  return { kind: 'captive', login: PROBE }
}

export const apple: Phone = {
  name: 'Apple',
  sheetAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  async check({ dial }) {
    const probes = createBrowser(dial, { 'User-Agent': AGENT, Connection: 'close' })
    return probes.ask({ url: PROBE, headers: { Connection: 'close' } }).then(verdictOn, (error: unknown) => ({ kind: 'none', why: String(error) }))
  },
}
