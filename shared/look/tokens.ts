/**
 * Colours, sizes and the mark that every page of Parvis shares (portal, staff, kiosk). Each page inlines or links
 * `tokensCss()`; nothing else in the project names a colour.
 */
export const COLOURS = {
  light: {
    paper: '#FBF9F4',
    stone: '#EFEBE2',
    ink: '#1C2430',
    quiet: '#566070',
    line: '#8A8F98',
    square: '#0B5C6B',
    'on-square': '#FFFFFF',
    good: '#1F6B3A',
    warn: '#8A4B00',
    bad: '#A3262A',
    sun: '#F2B705',
  },
  dark: {
    paper: '#12161C',
    stone: '#1C222B',
    ink: '#F2EFE8',
    quiet: '#A9B1BD',
    line: '#6F7884',
    square: '#6FD0DF',
    'on-square': '#06262C',
    good: '#7FD69A',
    warn: '#F5B56A',
    bad: '#FF9A94',
    sun: '#F2B705',
  },
} as const
export type ColourName = keyof (typeof COLOURS)['light']
export type Scheme = keyof typeof COLOURS
/** Each colour as `#RRGGBB`, in light and in dark. */
export type Palette = Readonly<Record<Scheme, Readonly<Record<ColourName, string>>>>

/** CSS pixels: 16 · 18 · 22 · 28 · 36. */
export const TEXT_SIZES = { small: 16, body: 18, lead: 22, title: 28, display: 36 } as const

const FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Naskh Arabic",sans-serif'

function colourVariables(colours: Palette[Scheme]): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';')
}

/** Custom properties (`--paper`, `--ink`, `--square` …, `--text-body` …, `--font`) for light and dark, and the focus ring. */
export function tokensCss(palette: Palette = COLOURS): string {
  const sizes = Object.entries(TEXT_SIZES).map(([name, px]) => `--text-${name}:${px / 16}rem`)
  return (
    `:root{color-scheme:light dark;${colourVariables(palette.light)};${sizes.join(';')};--font:${FONT}}` +
    `@media(prefers-color-scheme:dark){:root{${colourVariables(palette.dark)}}}` +
    ':focus-visible{outline:3px solid var(--square);outline-offset:2px}' +
    '@media(prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}'
  )
}

/** The mark: a square open to the street, and someone in it. Decorative, so hidden from screen readers. */
export const MARK_SVG =
  '<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">' +
  '<path d="M5 10v17h22V10" fill="none" stroke="var(--square)" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/>' +
  '<circle cx="16" cy="14" r="5" fill="var(--sun)"/></svg>'

/** WCAG 2.2 contrast ratio of two `#RRGGBB` colours, 1–21. */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
