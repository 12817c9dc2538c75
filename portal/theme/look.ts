// How the citizens' pages look: one sheet, the mark or the city's logo, and the policy that lets nothing else in. Made once at start.
import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { COLOURS, MARK_SVG, type Palette } from '#shared/look/tokens.ts'
import { styleOf } from '../pages/style.ts'
import { paletteOf, type CityColours } from './colours.ts'
import type { Logo } from './logo.ts'

export type Theme = CityColours & { readonly logo?: Logo | undefined }

type Html = ReturnType<typeof raw> | ReturnType<typeof html>
export type Look = {
  readonly style: Html
  /** Beside the name of the place. */
  readonly mark: Html
  /** For the header Content-Security-Policy. `formTo`: the origin of a foreign controller to which the answer to a form leads; browsers hold redirects to `form-action` too. */
  policy(formTo?: string): string
}

/** In the dark a logo stands on light paper, for which it was drawn. */
const LOGO_STYLE = `.logo{display:block;height:40px;max-width:50%;object-fit:contain}@media(prefers-color-scheme:dark){.logo{background:${COLOURS.light.paper};padding:4px;border-radius:8px}}`

export function lookOf(palette: Palette, logo?: Logo): Look {
  const style = styleOf(palette) + (logo === undefined ? '' : LOGO_STYLE)
  const digest = createHash('sha256').update(style).digest('base64')
  const policyWith = (formTo: string): string =>
    `default-src 'none'; style-src 'sha256-${digest}'; img-src 'self' data:; form-action 'self'${formTo}; base-uri 'none'; frame-ancestors 'none'`
  const policy = policyWith('')
  return {
    style: raw(style),
    mark: logo === undefined ? raw(MARK_SVG) : html`<img class="logo" src="${logo}" alt="">`,
    policy: (formTo) => (formTo === undefined ? policy : policyWith(` ${formTo}`)),
  }
}

/** @param theme What the city set; without it, ours. */
export function createLook(theme: Theme = {}): Look {
  return lookOf(paletteOf(theme), theme.logo)
}
