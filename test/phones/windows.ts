// Windows' Network Connectivity Status Indicator. Microsoft Learn, "Captive portals" (windows-hardware/drivers/mobilebroadband): the test
// site must not be let through, all requests get the same redirect until sign-in. textslashplain.com, "Captive Portals" (E. Lawrence,
// 2022): another answer than the expected text opens the browser at /redirect.
import { createBrowser, type Answer } from './browser.ts'
import type { Network, Phone, Verdict } from './phone.ts'

const PROBES = { v4: new URL('http://www.msftconnecttest.com/connecttest.txt'), v6: new URL('http://ipv6.msftconnecttest.com/connecttest.txt') } as const
const EXPECTED = 'Microsoft Connect Test'
const BROWSER_STARTS_AT = new URL('http://www.msftconnecttest.com/redirect')

function verdictOn({ status, body }: Answer): Verdict {
  if (status === 200 && body === EXPECTED) return { kind: 'open' }
  return { kind: 'captive', login: BROWSER_STARTS_AT }
}

export const windows: Phone = {
  name: 'Windows',
  sheetAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36 Edg/138.0',
  async check({ dial, family }: Network) {
    const probes = createBrowser(dial, { 'User-Agent': 'Microsoft NCSI', 'Cache-Control': 'no-cache' })
    return probes.ask({ url: PROBES[family], headers: { Connection: 'close' } }).then(verdictOn, (error: unknown) => ({ kind: 'none', why: String(error) }))
  },
}
