// What a phone's camera would read of a QR code on a page: its pixels as Chromium draws them, and a decoder that is not our encoder's.
import type { Locator } from 'playwright-core'
import { decodeQR } from 'qr/decode.js'

/** A machine under load is no camera: it may take its time. */
const DECODE_MS = 5_000

/** @throws Error where there is no code, or more of it is spoilt than it can make good. */
export async function readQr(code: Locator): Promise<string> {
  const picture = (await code.screenshot()).toString('base64')
  const { width, height, pixels } = await code.page().evaluate(async (png) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (one) => one.charCodeAt(0))], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')
    canvas?.drawImage(image, 0, 0)
    const { data } = canvas?.getImageData(0, 0, image.width, image.height) ?? { data: [] }
    let bytes = ''
    for (const byte of data) bytes += String.fromCharCode(byte)
    return { width: image.width, height: image.height, pixels: btoa(bytes) }
  }, picture)
  return decodeQR({ width, height, data: Buffer.from(pixels, 'base64') }, { timeLimit: DECODE_MS })
}
