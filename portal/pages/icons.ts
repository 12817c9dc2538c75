// Our own pictograms: 2 px strokes on a 32 grid, in the colour of the text beside them. Decorative: the words say the same.
import { raw } from 'hono/html'

function icon(shapes: string): ReturnType<typeof raw> {
  return raw(
    `<svg viewBox="0 0 32 32" width="32" height="32" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${shapes}</svg>`,
  )
}

/** A stroke through what is not done, with air on both sides. */
const STRUCK = '<path d="M6 28 26 4" stroke="var(--paper)" stroke-width="5"/><path d="M6 28 26 4"/>'
const WAVES = '<path d="M3 13a18 18 0 0 1 26 0M8 18a11 11 0 0 1 16 0M12.5 22.5a5 5 0 0 1 7 0"/><circle cx="16" cy="26" r="1" fill="currentColor"/>'

export const ICONS = {
  /** A finger on the waves of a Wi-Fi: press here to get online. */
  press: icon(
    '<path d="M4 9a17 17 0 0 1 24 0M9.5 13.8a9.2 9.2 0 0 1 13 0" stroke-width="2.6"/>' +
      '<path d="M14.2 24V16a1.8 1.8 0 0 1 3.6 0v5.8l5 1.3a2.2 2.2 0 0 1 1.6 2.5L23.6 30h-8.4l-4.6-4.7a1.5 1.5 0 0 1 2-2.2z" fill="currentColor" stroke-width="1"/>',
  ),
  /** An identity card, struck out. */
  nameless: icon(`<path d="M3 8h26v17H3z"/><circle cx="11" cy="14.5" r="2.5"/><path d="M7 21a4 4 0 0 1 8 0M20 14h5M20 19h5"/>${STRUCK}`),
  clock: icon('<circle cx="16" cy="16" r="12"/><path d="M16 9v7l5 3"/>'),
  /** An eye, struck out. */
  unseen: icon(`<path d="M3 16s5-8.5 13-8.5S29 16 29 16s-5 8.5-13 8.5S3 16 3 16z"/><circle cx="16" cy="16" r="3.5"/>${STRUCK}`),
  tick: icon('<path d="m7 17 6 6 12-14" stroke-width="3"/>'),
  waves: icon(WAVES),
  cut: icon(WAVES + STRUCK),
  pause: icon('<circle cx="16" cy="16" r="12"/><path d="M12.5 11v10M19.5 11v10" stroke-width="3"/>'),
  stop: icon('<circle cx="16" cy="16" r="12"/><path d="M12 12h8v8h-8z" fill="currentColor"/>'),
} as const

const RING_RADIUS = 54

/** What is left of the whole as a ring, with a pictogram in it. `share` from 0 to 1. */
export function ring(share: number, inside: keyof typeof ICONS): ReturnType<typeof raw> {
  const circle = `cx="60" cy="60" r="${RING_RADIUS}" fill="none" stroke-width="8"`
  const part = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10
  return raw(
    `<div class="ring"><svg viewBox="0 0 120 120" width="120" height="120" aria-hidden="true" focusable="false"><circle class="track" ${circle}/>` +
      `<circle class="left" ${circle} pathLength="100" stroke-dasharray="${part} 100" stroke-linecap="round" transform="rotate(-90 60 60)"/></svg>${ICONS[inside]}</div>`,
  )
}
