// A city's logo, checked and made into an address that a page carries within itself: nothing is fetched, nothing runs.
import { readSvg } from './svg.ts'

/** The first page with every way to sign in and the largest logo still is one answer of 14 kB (pages/wire.ts). */
export const MOST_LOGO_BYTES = 3_072
/** Drawn 40 px high, at most three device pixels each; a banner is no logo. */
const MOST_PIXELS = 480

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const CHUNK_OVERHEAD = 12

/** A `data:` address. */
export type Logo = string & { readonly logo: unique symbol }

/** An image only: its whole length is chunks, from IHDR to IEND (PNG §5), so that nothing is hidden behind it. */
function checkPng(bytes: Buffer): void {
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  if (bytes.toString('latin1', 12, 16) !== 'IHDR' || width === 0 || height === 0) throw new TypeError('this PNG has no size')
  if (width > MOST_PIXELS || height > MOST_PIXELS) throw new TypeError(`${width} × ${height} pixels; ${MOST_PIXELS} × ${MOST_PIXELS} at most, it is drawn 40 high`)
  let at = PNG_SIGNATURE.length
  let last = ''
  while (at + CHUNK_OVERHEAD <= bytes.length && last !== 'IEND') {
    last = bytes.toString('latin1', at + 4, at + 8)
    if (last === 'acTL') throw new TypeError('this PNG moves; a logo stands still')
    at += CHUNK_OVERHEAD + bytes.readUInt32BE(at)
  }
  if (last !== 'IEND' || at !== bytes.length) throw new TypeError('this PNG is cut off, or something stands behind it')
}

/** What cannot stand in an attribute or an address, escaped; the rest stays as it is, which is a third shorter than base64. */
function svgAddress(svg: string): string {
  const quoted = svg.includes("'") ? svg : svg.replaceAll('"', "'")
  return `data:image/svg+xml,${quoted.replace(/[%#<>&"]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`
}

function address(bytes: Buffer): string {
  if (bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE) && bytes.length >= 33) {
    checkPng(bytes)
    return `data:image/png;base64,${bytes.toString('base64')}`
  }
  return svgAddress(readSvg(bytes.toString('utf8')))
}

/** @throws TypeError saying what is wrong with it. */
export function readLogo(bytes: Buffer): Logo {
  // Checked before it is looked at: whatever is done below is done to a small file.
  if (bytes.length > 16 * MOST_LOGO_BYTES) throw new TypeError(`${bytes.length} bytes; a logo of ${MOST_LOGO_BYTES} is wanted, because every phone loads it with its first page`)
  const logo = address(bytes)
  if (logo.length > MOST_LOGO_BYTES) throw new TypeError(`${logo.length} bytes within a page, ${MOST_LOGO_BYTES} at most: every phone loads it with its first page`)
  return logo as Logo
}
