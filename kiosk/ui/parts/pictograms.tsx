// Our own drawings: 2 px strokes on a grid of 32, one look for tiles, badges and signs.
import type { JSX } from 'preact'

/** Strokes of each pictogram; a path that begins with `F` is filled instead. */
const STROKES: Readonly<Record<string, readonly string[]>> = {
  eat: ['M5 15h22a11 9 0 0 1-7 9.5V27h-8v-2.5A11 9 0 0 1 5 15z', 'M11 11c-1.5-2 1.5-3 0-5', 'M16 11c-1.5-2 1.5-3 0-5', 'M21 11c-1.5-2 1.5-3 0-5'],
  sleep: ['M4 8v18', 'M4 22h24', 'M28 26v-7a4 4 0 0 0-4-4H13v7', 'M8.5 14.5a2 2 0 1 1 0 4 2 2 0 1 1 0-4z', 'M19 5h5l-5 5h5'],
  wash: ['M6 28V9a4 4 0 0 1 8 0v1', 'M9.5 15a4.5 4.5 0 0 1 9 0z', 'M11 19l-1 3', 'M14 19v4', 'M17 19l1 3', 'M12 26l-.5 2', 'M17 26l.5 2', 'M23 11v.01', 'M25.5 16v.01'],
  health: ['M12 4h8v8h8v8h-8v8h-8v-8H4v-8h8z'],
  rights: ['M7 4h12l6 6v18H7z', 'M19 4v6h6', 'M11 15h10', 'M11 19h6', 'M14 24.5l2 2 4.5-4.5'],
  learn: ['M16 9c-3-2.5-7-3-12-3v18c5 0 9 .5 12 3 3-2.5 7-3 12-3V6c-5 0-9 .5-12 3z', 'M16 9v18', 'M8 11.5c1.5 0 3 .2 4.5.7', 'M8 16c1.5 0 3 .2 4.5.7'],
  work: ['M4 11h24v15H4z', 'M11 11V8a2 2 0 0 1 2-2h6a2 2 0 0 1 2 2v3', 'M4 17c7 3.5 17 3.5 24 0', 'M16 18v3'],
  children: ['M12.5 9a3 3 0 1 1-6 0 3 3 0 0 1 6 0z', 'M4 27v-6a5.5 5.5 0 0 1 11 0v6', 'M24.5 14a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z', 'M17.5 27v-3.5a4.5 4.5 0 0 1 9 0V27', 'M13 19l5 3'],
  neighbourhood: ['M3 27h26', 'M6 27V14l6-5 6 5v13', 'M18 18h8v9', 'M10.5 27v-6h3v6', 'M22 22v.01', 'M12 15.5v.01', 'M18 16l4-3 4 3v2'],
  emergency: ['M8 26h16v-9a8 8 0 0 0-16 0z', 'M5 26h22', 'M16 5V2.5', 'M6.5 8.5L5 7', 'M25.5 8.5L27 7', 'M16 14a4 4 0 0 0-4 4'],
  search: ['M21 13.5a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0z', 'M19 19l8 8'],
  back: ['M27 16H6', 'M13 8l-8 8 8 8'],
  home: ['M4 16L16 5l12 11', 'M8 13v14h16V13', 'M13.5 27v-7h5v7'],
  quit: ['M19 5H7v22h12', 'M14 16h14', 'M22.5 10l6 6-6 6'],
  walk: ['M18.5 5.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0z', 'M11 16l3-5h4l2 4 4 1.5', 'M15.5 12l-1 7-4 8', 'M14.5 19l5 3.5L21 28'],
  phone: ['M9 4l4 1 1.5 6-3 2c1.5 3.5 4 6 7.5 7.5l2-3 6 1.5 1 4c0 3-2 5-5 5C13 28 4 19 4 9c0-3 2-5 5-5z'],
  tick: ['M6 17l7 7L26 9'],
  more: ['M6 12l10 10 10-10'],
  place: ['M16 29c6-7 9-11.5 9-16a9 9 0 0 0-18 0c0 4.5 3 9 9 16z', 'M19.5 13a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0z'],
  clock: ['M28 16a12 12 0 1 1-24 0 12 12 0 0 1 24 0z', 'M16 9v7l5 3'],
  free: ['M28 16a12 12 0 1 1-24 0 12 12 0 0 1 24 0z', 'M20.5 11.5a6 6 0 1 0 0 9', 'M9.5 14.5h8', 'M9.5 17.5h8'],
  'no-appointment': ['M4 27h24', 'M8 27V5h13v22', 'M17 16v.01', 'M21 8h4v19'],
  'step-free': ['M3 26h26', 'M4 26L27 13v13', 'M14 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z', 'M11.5 11.5v5'],
  animals: ['M10.5 13a2 3 0 1 1-4 0 2 3 0 0 1 4 0z', 'M16 8.5a2 3 0 1 1-4 0 2 3 0 0 1 4 0z', 'M22 8.5a2 3 0 1 1-4 0 2 3 0 0 1 4 0z', 'M27 13a2 3 0 1 1-4 0 2 3 0 0 1 4 0z', 'M16.5 15c-4 0-7 5-7 8 0 2.5 2 3.5 4 3 2-.5 4-.5 6 0 2 .5 4-.5 4-3 0-3-3-8-7-8z'],
  informal: ['M13 11a4 4 0 1 1-8 0 4 4 0 0 1 8 0z', 'M27 11a4 4 0 1 1-8 0 4 4 0 0 1 8 0z', 'M3 27v-2a6 6 0 0 1 12 0c0-3 .5-6 2-8', 'M17 25a6 6 0 0 1 12 0v2'],
  bag: ['M6 11h20l1.5 17h-23z', 'M11 14V9a5 5 0 0 1 10 0v5'],
  languages: ['M4 5h17v12h-9l-5 5v-5H4z', 'M15 21v2h6l5 5v-5h2V12h-3'],
}
export type PictogramName = string

/** Decorative: the word beside it is what is read aloud. Signs that point mirror in right-to-left scripts. */
export function Pictogram({ name, mirror = false }: { name: PictogramName; mirror?: boolean }): JSX.Element {
  return (
    <svg class={mirror ? 'pictogram mirror' : 'pictogram'} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      {(STROKES[name] ?? STROKES['neighbourhood'] ?? []).map((path) => <path d={path} />)}
    </svg>
  )
}

/** The sign of a state: full, empty or broken, so that it is not told by colour alone. */
export function StateSign({ kind }: { kind: 'open' | 'soon' | 'closed' | 'unknown' }): JSX.Element {
  return (
    <svg class="sign" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <circle cx="8" cy="8" r="6" class={kind} />
      {kind === 'closed' && <path d="M5 8h6" />}
      {kind === 'soon' && <path d="M8 4.5V8l2.5 1.5" />}
    </svg>
  )
}
