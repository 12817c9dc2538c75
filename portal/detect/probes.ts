// What operating systems ask for to learn whether they are captive. All get the same answer; this table only tells which
// addresses nobody wants to come back to.
type Probe = { readonly client: string; readonly host: string; readonly path: string }

export const PROBES: readonly Probe[] = [
  { client: 'Apple', host: 'captive.apple.com', path: '/' },
  { client: 'Apple', host: 'captive.apple.com', path: '/hotspot-detect.html' },
  { client: 'Apple', host: 'www.apple.com', path: '/library/test/success.html' },
  { client: 'Android', host: 'connectivitycheck.gstatic.com', path: '/generate_204' },
  { client: 'Android', host: 'www.google.com', path: '/generate_204' },
  { client: 'Android', host: 'www.google.com', path: '/gen_204' },
  { client: 'Android', host: 'play.googleapis.com', path: '/generate_204' },
  { client: 'Android', host: 'connectivitycheck.android.com', path: '/generate_204' },
  { client: 'Android', host: 'clients3.google.com', path: '/generate_204' },
  { client: 'Xiaomi', host: 'connect.rom.miui.com', path: '/generate_204' },
  { client: 'Huawei', host: 'connectivitycheck.platform.hicloud.com', path: '/generate_204' },
  { client: 'ChromeOS', host: 'www.gstatic.com', path: '/generate_204' },
  { client: 'Windows', host: 'www.msftconnecttest.com', path: '/connecttest.txt' },
  { client: 'Windows', host: 'www.msftconnecttest.com', path: '/redirect' },
  { client: 'Windows', host: 'ipv6.msftconnecttest.com', path: '/connecttest.txt' },
  { client: 'Windows', host: 'www.msftncsi.com', path: '/ncsi.txt' },
  { client: 'Firefox', host: 'detectportal.firefox.com', path: '/canonical.html' },
  { client: 'Firefox', host: 'detectportal.firefox.com', path: '/success.txt' },
  { client: 'NetworkManager', host: 'network-test.debian.org', path: '/nm' },
  { client: 'NetworkManager', host: 'nmcheck.gnome.org', path: '/check_network_status.txt' },
  { client: 'Kindle', host: 'spectrum.s3.amazonaws.com', path: '/kindle-wifi/wifistub.html' },
]

const KNOWN = new Map(PROBES.map(({ client, host, path }) => [host + path, client]))
export const PROBING_CLIENTS: readonly string[] = [...new Set(PROBES.map(({ client }) => client))]

/** Who asks `target` (path with query) of `host` to learn whether it is captive; undefined for what a person asks. */
export function probingClient(host: string, target: string): string | undefined {
  const query = target.indexOf('?')
  return KNOWN.get(host + (query < 0 ? target : target.slice(0, query)))
}

/** Whether `host` and `target` belong to a captivity probe rather than to a person. */
export function isProbe(host: string, target: string): boolean {
  return probingClient(host, target) !== undefined
}
