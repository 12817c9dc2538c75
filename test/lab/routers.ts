// What a phone hears when it asks for routers: in rdisc6's words, and as it came, because Debian 12's rdisc6 passes over options that it
// has no word for.
import type { Lab } from './lab.ts'

const CAPTIVE_PORTAL = 37
/** Behind 40 bytes of IPv6 and 16 of its own (RFC 4861 §4.2). */
const FIRST_OPTION = 56

export type Heard = { readonly words: string; readonly packets: readonly Buffer[] }

/** Waits 0.7 s for all who answer. */
export async function routers(lab: Lab, who: string): Promise<Heard> {
  const watch = lab.spawn(who, ['tcpdump', '-lnxi', 'wlan0', 'icmp6 and ip6[40] == 134'])
  await watch.says('listening')
  const words = (await lab.in(who, ['rdisc6', '-m', '-w', '700', 'wlan0'])).stdout
  await watch.kill('SIGTERM')
  const { stdout } = await watch.ended
  const packets = stdout.split(/^(?=\d\d:)/m).map((packet) => Buffer.from([...packet.matchAll(/^\t0x[0-9a-f]+: +(.*)$/gm)].map(([, hex = '']) => hex.replaceAll(' ', '')).join(''), 'hex'))
  return { words, packets: packets.filter(({ length }) => length > FIRST_OPTION) }
}

/** The URI of option 37 in a router advertisement; undefined where it has none. */
export function captivePortalIn(packet: Buffer): string | undefined {
  for (let at = FIRST_OPTION; at < packet.length; at += packet.readUInt8(at + 1) * 8) {
    if (packet.readUInt8(at) === CAPTIVE_PORTAL) return packet.subarray(at + 2, at + packet.readUInt8(at + 1) * 8).toString('latin1').replace(/\0+$/, '')
  }
  return undefined
}
