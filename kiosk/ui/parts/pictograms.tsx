import type { JSX } from 'preact'
import { strokesOf } from './strokes.ts'

/** Decorative: the word beside it is what is read aloud. Signs that point mirror in right-to-left scripts. */
export function Pictogram({ name, mirror = false }: { name: string; mirror?: boolean }): JSX.Element {
  return (
    <svg class={mirror ? 'pictogram mirror' : 'pictogram'} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      {strokesOf(name).map((path) => <path d={path} />)}
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
