// A city's own colours in our palette: what it did not name is made from what it did, and what cannot be read is told with its ratio.
import { COLOURS, contrast, type ColourName, type Palette, type Scheme } from '#shared/look/tokens.ts'

/** As `#RRGGBB`; `square` is the one action, links and focus, `sun` the accent. */
export type CityColours = {
  readonly square?: string | undefined
  readonly square_dark?: string | undefined
  readonly sun?: string | undefined
  readonly sun_dark?: string | undefined
}

/** `least`: WCAG 2.2 §1.4.3 asks 4.5 of text; on paper we ask more, because it is read in sunlight. The sun carries no meaning, it only must be seen. */
const RULES: readonly { readonly name: 'square' | 'sun'; readonly on: ColourName; readonly least: number }[] = [
  { name: 'square', on: 'paper', least: 5.3 },
  { name: 'square', on: 'stone', least: 4.5 },
  { name: 'square', on: 'on-square', least: 5.3 },
  { name: 'sun', on: 'paper', least: 1.5 },
]
const KEYS = { light: { square: 'square', sun: 'sun' }, dark: { square: 'square_dark', sun: 'sun_dark' } } as const
/** Of the way to white, so many steps. */
const STEPS = 32

/** `share` of the way from `colour` to white. */
function towardsWhite(colour: string, share: number): string {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  return `#${parts.map((part) => Math.round(part + (255 - part) * share).toString(16).padStart(2, '0')).join('').toUpperCase()}`
}

function fits(scheme: Scheme, name: 'square' | 'sun', colour: string): boolean {
  return RULES.every((rule) => rule.name !== name || contrast(colour, COLOURS[scheme][rule.on]) >= rule.least)
}

/** The same hue, as much lighter as dark paper asks. White fits any dark paper, so there always is one. */
function lightEnough(name: 'square' | 'sun', colour: string): string {
  const shades = Array.from({ length: STEPS + 1 }, (_, step) => towardsWhite(colour, step / STEPS))
  return shades.find((shade) => fits('dark', name, shade)) ?? '#FFFFFF'
}

/** Our palette with the city's colours in it. */
export function paletteOf({ square, square_dark, sun, sun_dark }: CityColours): Palette {
  const dark = { square: square_dark ?? (square === undefined ? undefined : lightEnough('square', square)), sun: sun_dark ?? (sun === undefined ? undefined : lightEnough('sun', sun)) }
  return {
    light: { ...COLOURS.light, ...(square !== undefined && { square }), ...(sun !== undefined && { sun }) },
    dark: { ...COLOURS.dark, ...(dark.square !== undefined && { square: dark.square }), ...(dark.sun !== undefined && { sun: dark.sun }) },
  }
}

export type Unreadable = { readonly key: keyof CityColours; readonly text: string }

/** Rounded down, so that a ratio that is too small never looks large enough. */
const shown = (ratio: number): string => (Math.floor(ratio * 100) / 100).toFixed(2)

/** Colours that the city named and nobody could read, each with its ratio and with what it would have to be. */
export function unreadable(colours: CityColours): Unreadable[] {
  const palette = paletteOf(colours)
  return (['light', 'dark'] as const).flatMap((scheme) =>
    RULES.flatMap(({ name, on, least }) => {
      const key = KEYS[scheme][name]
      const colour = colours[key]
      if (colour === undefined) return []
      const ratio = contrast(colour, palette[scheme][on])
      return ratio >= least ? [] : [{ key, text: `${colour} on ${on} (${palette[scheme][on]}) has a contrast of ${shown(ratio)}, it needs ${least}` }]
    }),
  )
}
