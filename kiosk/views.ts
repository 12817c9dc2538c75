/** What the screen asks its own server for: types only, shared by both sides. Every text is in the language of the question. */
import type { Language } from '#shared/i18n/languages.ts'
import type { OpenState } from './directory/open-state.ts'

/** A text that may have fallen back to another language than the one asked for; the screen labels it so. */
export type Spoken = { readonly text: string; readonly language?: string }

export const BADGES = ['free', 'no-appointment', 'step-free', 'animals', 'informal'] as const
export type Badge = (typeof BADGES)[number]

export const TRUSTS = ['city-verified', 'partner-vouched', 'self-declared'] as const
/** How far the word of an informal provider has been checked. */
export type Trust = (typeof TRUSTS)[number]

export type NeedView = { readonly id: string; readonly name: Spoken }
export type TileView = NeedView & { readonly needs: readonly NeedView[] }

export type HomeView = {
  readonly town: string
  readonly demonstration: boolean
  readonly timezone: string
  /** Day of the directory's data, `YYYY-MM-DD`. */
  readonly dated?: string
  readonly services: number
  readonly country: string
  readonly languages: readonly Language[]
  /** Only tiles and needs that lead somewhere. */
  readonly tiles: readonly TileView[]
}

export type CardView = {
  readonly id: string
  readonly name: Spoken
  readonly organization?: string
  readonly tile: string
  readonly needs: readonly string[]
  readonly state: OpenState
  /** Metres in a straight line from where the kiosk stands. */
  readonly metres?: number
  /** Minutes on foot, streets assumed 1.3 times as long as the straight line. */
  readonly walk?: number
  readonly badges: readonly Badge[]
  readonly trust?: Trust
  /** Closed for a while, as the directory says. */
  readonly suspended: boolean
}

export type ResultsView = {
  readonly cards: readonly CardView[]
  /** How many there are beyond those shown. */
  readonly more: number
  /** Set on a search when a word was mended. */
  readonly mended?: string
  /** Set on a search when no entry met all words. */
  readonly partly?: boolean
}

export type DayView = {
  readonly date: string
  readonly today: boolean
  /** `HH:MM` pairs; empty means closed that day (or unknown, as `hoursKnown` says). */
  readonly slots: readonly (readonly [opens: string, closes: string])[]
}

export type PhoneView = { readonly number: string; readonly note?: string }

export type PlaceView = {
  readonly name?: string
  readonly lines: readonly string[]
  readonly directions?: string
  readonly access: readonly string[]
}

export type DetailView = CardView & {
  /** Language of the texts that have no translation: places, notes, documents. */
  readonly written: string
  readonly description?: Spoken
  readonly about?: Spoken
  readonly week: readonly DayView[]
  readonly hoursKnown: boolean
  readonly hoursNotes: readonly string[]
  readonly places: readonly PlaceView[]
  readonly area?: string
  readonly phones: readonly PhoneView[]
  readonly website?: string
  readonly email?: string
  readonly howToApply?: string
  readonly eligibility?: string
  readonly fees?: string
  readonly documents: readonly string[]
  readonly languages: readonly string[]
  readonly alert?: string
  /** Days since somebody confirmed this entry. */
  readonly checkedDays?: number
  /** Address for a phone: no word of what was searched. */
  readonly link?: string
}

/** What may be narrowed on a page of results. */
export const FILTERS = ['open', 'free', 'no-appointment', 'step-free'] as const
export type Filter = (typeof FILTERS)[number]
