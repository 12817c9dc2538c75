// Our own pictograms: 2 px strokes on a 32 grid, in the colour of the text beside them. Decorative: the words say the same.
import { raw } from 'hono/html'

function icon(shapes: string): ReturnType<typeof raw> {
  return raw(
    `<svg viewBox="0 0 32 32" width="32" height="32" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${shapes}</svg>`,
  )
}

export const ICONS = {
  /** A finger on the waves of a Wi-Fi: press here to get online. */
  press: icon(
    '<path d="M3 11a18 18 0 0 1 26 0M8 16a11 11 0 0 1 16 0" stroke-width="2.5"/>' +
      '<path d="M13.5 24.5V19a2 2 0 0 1 4 0v4.5l4.6 1.3a2 2 0 0 1 1.4 2.3l-.6 3.4h-9.4l-3.7-4.2a1.6 1.6 0 0 1 2.3-2.2z" fill="currentColor"/>',
  ),
  /** An identity card, struck out. */
  nameless: icon('<path d="M4 9h24v16H4z"/><circle cx="11" cy="15" r="2.5"/><path d="M7.500 21a3.600 3.600 0 0 1 7 0M18 14h6M18 19h6M5 28 27 5" />'),
  clock: icon('<circle cx="16" cy="16" r="11"/><path d="M16 9v7l5 3"/>'),
  /** An eye, struck out. */
  unseen: icon('<path d="M3 16s5-8 13-8 13 8 13 8-5 8-13 8S3 16 3 16z"/><circle cx="16" cy="16" r="3.500"/><path d="M6 27 26 5"/>'),
  tick: icon('<path d="m7 17 6 6 12-14" stroke-width="3"/>'),
  waves: icon('<path d="M3 13a18 18 0 0 1 26 0M8 18a11 11 0 0 1 16 0M12.500 22.500a5 5 0 0 1 7 0"/><circle cx="16" cy="26" r="1" fill="currentColor"/>'),
  cut: icon('<path d="M3 13a18 18 0 0 1 26 0M8 18a11 11 0 0 1 16 0M12.500 22.500a5 5 0 0 1 7 0M5 28 27 5"/><circle cx="16" cy="26" r="1" fill="currentColor"/>'),
  stop: icon('<circle cx="16" cy="16" r="11"/><path d="M12 12h8v8h-8z" fill="currentColor"/>'),
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
