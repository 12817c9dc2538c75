// What travels: the citizen's first answer as it leaves the socket, and the JavaScript that the kiosk's screen loads first.
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { screenSize } from '#kiosk/ui/size.ts'
import { PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import { startInstance } from '../instance.ts'
import type { Benchmark, Figure } from './figure.ts'

/** Bytes of one response on the wire. */
export async function bytesOnTheWire(url: string, language: string): Promise<number> {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(`GET /?lang=${language} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  return (await buffer(socket)).length
}

export const pageBytes: Benchmark = {
  area: 'portal',
  names: ['portal.page.bytes'],
  async measure() {
    const instance = await startInstance({ args: ['--role', 'portal,radius'] })
    try {
      const sizes = await Promise.all(PAGE_LANGUAGES.map((language) => bytesOnTheWire(instance.urls['portal'] ?? '', language)))
      const setup = `one response, headers included, uncompressed; ${PAGE_LANGUAGES.map((language, index) => `${language} ${sizes[index]}`).join(', ')}`
      return [{ name: 'portal.page.bytes', value: Math.max(...sizes), unit: 'bytes', n: PAGE_LANGUAGES.length, setup }] satisfies Figure[]
    } finally {
      await instance.stop()
    }
  },
}

export const kioskBytes: Benchmark = {
  area: 'kiosk',
  names: ['kiosk.js.bytes'],
  async measure() {
    const { js, css } = screenSize()
    return [{ name: 'kiosk.js.bytes', value: js, unit: 'bytes', n: 1, setup: `all JavaScript of the first load, gzip level 9; style sheet ${css} bytes` }] satisfies Figure[]
  },
}
