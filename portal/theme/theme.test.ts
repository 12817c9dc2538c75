import { expect, test } from 'vitest'
import { deflateSync, crc32 } from 'node:zlib'
import { assert, integer, property } from 'fast-check'
import { COLOURS, contrast } from '#shared/look/tokens.ts'
import { portalTown } from '#test/support/portal-town.ts'
import { squeezed } from '../pages/wire.ts'
import { paletteOf, unreadable } from './colours.ts'
import { MOST_LOGO_BYTES, readLogo } from './logo.ts'

const svg = (inside: string, attributes = '') => Buffer.from(`<?xml version="1.0"?>\n<!-- by hand -->\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"${attributes}>\n  ${inside}\n</svg>\n`)
const ARMS = svg('<title>Armes de la ville</title><defs><linearGradient id="a"><stop stop-color="#a00"/></linearGradient></defs>\n  <path d="M4 4h32v20q0 12-16 16-16-4-16-16z" fill="url(#a)"/><use href="#b"/>')

function chunk(type: string, data = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
function png(width: number, height: number, ...more: Buffer[]): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0])
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), ...more, chunk('IDAT', deflateSync(Buffer.alloc((width + 1) * height))), chunk('IEND')])
}

test('a city that names nothing has our colours', () => {
  expect(paletteOf({})).toEqual(COLOURS)
  expect(unreadable({})).toEqual([])
})

test('our own colours would be taken if a city named them', () => {
  expect(unreadable({ square: COLOURS.light.square, square_dark: COLOURS.dark.square, sun: COLOURS.light.sun, sun_dark: COLOURS.dark.sun })).toEqual([])
})

test('a colour that cannot be read is named with its ratio and the one that is needed', () => {
  expect(unreadable({ square: '#FFD400' })).toEqual([
    { key: 'square', text: '#FFD400 on paper (#FBF9F4) has a contrast of 1.36, it needs 5.3' },
    { key: 'square', text: '#FFD400 on stone (#EFEBE2) has a contrast of 1.20, it needs 4.5' },
    { key: 'square', text: '#FFD400 on on-square (#FFFFFF) has a contrast of 1.43, it needs 5.3' },
  ])
  expect(unreadable({ square_dark: '#0B5C6B' }).map(({ key }) => key)).toEqual(['square_dark', 'square_dark', 'square_dark'])
  expect(unreadable({ sun: '#FBF9F4' })).toEqual([{ key: 'sun', text: '#FBF9F4 on paper (#FBF9F4) has a contrast of 1.00, it needs 1.5' }])
})

test('whatever colour a city names for light paper, the one made of it can be read on dark paper', () => {
  assert(
    property(integer({ min: 0, max: 0xffffff }), (number) => {
      const digits = number.toString(16).padStart(6, '0')
      const { dark } = paletteOf({ square: `#${digits}`, sun: `#${digits}` })
      for (const [on, least] of [['paper', 5.3], ['stone', 4.5], ['on-square', 5.3]] as const) expect(contrast(dark.square, dark[on])).toBeGreaterThanOrEqual(least)
      expect(contrast(dark.sun, dark.paper)).toBeGreaterThanOrEqual(1.5)
    }),
  )
})

test('a drawing becomes an address within the page, without what does not draw', () => {
  const logo = readLogo(ARMS)
  expect(logo).toMatch(/^data:image\/svg\+xml,%3Csvg /)
  expect(logo).not.toMatch(/[<>"&#]|by hand|\n/)
  expect(decodeURIComponent(logo)).toContain(`<path d='M4 4h32v20q0 12-16 16-16-4-16-16z' fill='url(#a)'/>`)
})

test.each([
  ['<script>alert(1)</script>', '<script> is not part of a logo'],
  ['<path d="M0 0" onclick="alert(1)"/>', 'it holds a script: onclick'],
  ['<use href="https://elsewhere.example/x.svg#a"/>', 'outside of itself'],
  ['<use xlink:href="//elsewhere.example/#a"/>', 'outside of itself'],
  ['<image href="data:image/png;base64,AA"/>', '<image> is not part of a logo'],
  ['<foreignObject/>', 'is not part of a logo'],
  ['<path fill="url(https://elsewhere.example/#a)"/>', 'outside of itself'],
  ['<style>@import "https://elsewhere.example/a.css";</style>', 'an import'],
  ['<style>path{fill:url( "//elsewhere.example" )}</style>', 'outside of itself'],
  ['<style>path{fill:u\\72l(//elsewhere.example)}</style>', 'escapes'],
  ['<a href="#x"><path/></a>', '<a> is not part of a logo'],
  ['<path d="M0 0">', 'closes nothing'],
  ['<g><path></g></path>', 'closes nothing'],
  ['<![CDATA[x]]>', 'neither a PNG nor a well-formed SVG'],
  ['<path d=M0/>', 'neither a PNG nor a well-formed SVG'],
])('%s in a drawing is refused: %s', (inside, why) => {
  expect(() => readLogo(svg(inside))).toThrow(why)
})

test.each([
  ['a page', Buffer.from('<!doctype html><html></html>')],
  ['a text', Buffer.from('une ville')],
  ['nothing', Buffer.alloc(0)],
  ['an entity', Buffer.from('<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">&a;</svg>')],
  ['two drawings', Buffer.concat([ARMS, ARMS])],
  ['a drawing and more', Buffer.concat([ARMS, Buffer.from('<p>')])],
  ['a drawing without a size', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['half a PNG', png(40, 40).subarray(0, 60)],
  ['a PNG with something behind it', Buffer.concat([png(40, 40), Buffer.from('PK')])],
  ['a PNG of a banner’s size', png(1_000, 40)],
  ['a PNG that moves', png(40, 40, chunk('acTL', Buffer.alloc(8)))],
  ['a large drawing', svg(`<path d="${'M0 0h1v1'.repeat(400)}"/>`)],
  ['a very large file', Buffer.alloc(1_000_000, 60)],
])('%s is no logo', (_what, bytes) => {
  expect(() => readLogo(bytes)).toThrow(TypeError)
})

test('a small PNG is a logo', () => {
  expect(readLogo(png(120, 40))).toMatch(/^data:image\/png;base64,iVBOR/)
})

/** As large as one may be: what fills the drawing costs one byte each in the page. */
function largestLogo() {
  const spare = MOST_LOGO_BYTES - readLogo(svg('<path d=""/>')).length
  return readLogo(svg(`<path d="${'M'.repeat(spare)}"/>`))
}

test('every page is in the city’s colours, under a policy that lets this sheet in and nothing else', async () => {
  const town = await portalTown({ settings: { theme: { square: '#5B2A86', logo: readLogo(ARMS) } } })
  try {
    const phone = town.phone('127.0.0.7')
    for (const path of ['/', '/service', '/recorded', '/terms', '/receipt', '/status', '/emergency', '/s/00000000000000000000000000']) {
      const { body, headers } = await phone.get(path)
      const sheet = /<style>([^<]*)<\/style>/.exec(body)?.[1] ?? ''
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', Buffer.from(sheet)))
      expect(headers['content-security-policy'], path).toContain(`style-src 'sha256-${Buffer.from(digest).toString('base64')}';`)
      expect(sheet, path).toContain('--square:#5B2A86')
      expect(sheet, path).not.toContain(COLOURS.light.square)
      expect(body, path).toContain('<img class="logo" src="data:image/svg+xml,%3Csvg')
    }
  } finally {
    await town.close()
  }
})

test('the first page is one answer of 14 kB at most, with every way to sign in, the largest logo, and a page that was wanted', async () => {
  const theme = { square: '#5B2A86', sun: '#F2B705', logo: largestLogo() }
  const extras = [{ id: 'lettre', texts: { fr: 'Recevoir un mot quand ce lieu change ses horaires, et seulement alors.' } }]
  const town = await portalTown({ settings: { methods: ['click', 'voucher', 'account', 'reentry'], servicesUrl: 'https://services.ville.example/autour', theme, extras } })
  try {
    const phone = town.phone('127.0.0.7')
    const captive = await phone.get(`/${'x'.repeat(160)}`, { host: 'elsewhere.example', accept: 'text/html' })
    const wanted = new URL(String(captive.headers['location'])).searchParams
    expect(wanted.get('to')?.length).toBeGreaterThan(250)
    for (const language of ['fr', 'ar']) {
      const first = await phone.get(`/?lang=${language}&${wanted}`, { 'accept-encoding': 'gzip, deflate' })
      expect([first.status, first.headers['content-encoding']]).toEqual([200, 'gzip'])
      expect(first.bytes, language).toBeLessThanOrEqual(14 * 1024)
    }
    const plain = await phone.get(`/?${wanted}`)
    expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, expect.stringContaining('</html>')])
  } finally {
    await town.close()
  }
})

test('most first pages fit as they are, so that nothing is spent on making them smaller', async () => {
  const town = await portalTown({ settings: { methods: ['click', 'voucher', 'account', 'reentry'] } })
  try {
    const first = await town.phone('127.0.0.7').get('/?lang=fr', { 'accept-encoding': 'gzip, deflate' })
    expect(first.headers['content-encoding']).toBeUndefined()
    expect(first.bytes).toBeLessThanOrEqual(14 * 1024)
  } finally {
    await town.close()
  }
})

test.each([['gzip', true], ['gzip, deflate, br', true], ['br;q=1.0, gzip;q=0.8', true], ['deflate', false], ['gzip;q=0', false], ['gzip;q=0.0', false], ['x-gzip', false], [undefined, false]])('whoever accepts %s gets a large page compressed: %s', (accepted, smaller) => {
  expect(squeezed('é'.repeat(8_000), accepted) !== undefined).toBe(smaller)
})
