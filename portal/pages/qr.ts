import { html, raw } from 'hono/html'
import { encode } from 'uqr'
import type { Html } from './frame.ts'

/** One path of horizontal runs: a tenth of the size of one rectangle a dot. */
export function qrCode(text: string, label: string): Html {
  // Any mask can be read; weighing all eight for the prettiest costs more than the rest of the page.
  const { data, size } = encode(text, { ecc: 'L', border: 2, maskPattern: 2 })
  const runs = data.flatMap((row, y) => [...row.map((dark) => (dark ? '1' : '0')).join('').matchAll(/1+/g)].map((run) => `M${run.index} ${y + 0.5}h${run[0].length}`))
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path d="${raw(runs.join(''))}"/></svg>`
}
