// What travels: the citizen's first answer as it leaves the socket, and the JavaScript that the kiosk's screen loads first.
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { LANGUAGES } from '#shared/i18n/texts.ts'
import { screenSize } from '#kiosk/ui/size.ts'
import { startInstance } from '../instance.ts'
import type { Benchmark, Figure } from './figure.ts'

/** Bytes of one response on the wire. */
export async function bytesOnTheWire(url: string, language: string): Promise<number> {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nAccept-Language: ${language}\r\nConnection: close\r\n\r\n`)
  return (await buffer(socket)).length
}

export const pageBytes: Benchmark = {
  area: 'portal',
  names: ['portal.page.bytes'],
  async measure() {
    const instance = await startInstance({ args: ['--role', 'portal,radius'] })
    try {
      const sizes = await Promise.all(LANGUAGES.map((language) => bytesOnTheWire(instance.urls['portal'] ?? '', language)))
      const setup = `one response, headers included, uncompressed; ${LANGUAGES.map((language, index) => `${language} ${sizes[index]}`).join(', ')}`
      return [{ name: 'portal.page.bytes', value: Math.max(...sizes), unit: 'bytes', n: LANGUAGES.length, setup }] satisfies Figure[]
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
