// What an openNDS gateway sends a phone with, made by node:crypto from its documentation, not by our own code.
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import type { ControllerSettings } from '#portal/controllers/controller.ts'

export const FASKEY = '1234567890'
const HID = createHash('sha256').update('a client of openNDS').digest('hex')
export const GATEWAY = 'place%20du%20march%c3%a9%20Node%3a0011'
export const RHID = createHash('sha256').update(HID + FASKEY).digest('hex')

export function fasText(mac = '5c:1d:d9:20:a0:c1'): string {
  return Object.entries({ hid: HID, clientip: '192.168.70.10', clientmac: mac, client_type: 'cpd_can', cpi_query: '', gatewayname: GATEWAY, gatewayurl: 'http%3a%2f%2f192.168.70.1%3a2050', version: '9.10.0', gatewayaddress: '192.168.70.1:2050', gatewaymac: '021122334455', authdir: 'opennds_auth', originurl: 'http%3a%2f%2fexample.org%2f', clientif: 'br-lan', themespec: '' })
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
}
/** As openNDS's own PHP line does it: openssl_encrypt gives base64, which is encoded again. */
export function sealedFas(text: string, iv = randomBytes(8).toString('hex')): string {
  const cipher = createCipheriv('aes-256-cbc', Buffer.concat([Buffer.from(FASKEY), Buffer.alloc(32 - FASKEY.length)]), Buffer.from(iv))
  const once = Buffer.concat([cipher.update(text), cipher.final()]).toString('base64')
  return `fas=${Buffer.from(once).toString('base64')}&iv=${iv}`
}
export const nds = (level: number): ControllerSettings => ({ name: 'nds', kind: 'opennds', addresses: ['192.168.70.1'], secret: FASKEY, level })
