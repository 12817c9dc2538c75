// The stored directory as the screen asks for it: cards and details in a language, at a moment.
import type { Language } from '#shared/i18n/languages.ts'
import type { CardView, DayView, DetailView, PhoneView, PlaceView, Spoken } from '../views.ts'
import { gather, type Entry, type ServiceRows, type Wording } from './entry.ts'
import { numberOf, textOf, type Row } from './hsds.ts'
import { clockText, dateOf, dayOf, type LocalMoment } from './local-time.ts'
import { translationsOf } from './marks.ts'
import type { NeedId } from './needs.ts'
import { openState, slotsOn } from './open-state.ts'
import { metresBetween, walkMinutes, type Position } from './place.ts'
import type { DirectoryStore } from './store.ts'

/** What a view depends on besides the directory. */
export type Viewpoint = {
  readonly language: Language
  readonly now: LocalMoment
  /** Language the directory is written in. */
  readonly written: string
  readonly place: Position | undefined
}

export type Catalogue = {
  readonly size: number
  byNumber(n: number): Entry | undefined
  byId(id: string): { readonly n: number; readonly code: string; readonly entry: Entry } | undefined
  idOfCode(code: string): string | undefined
  /** Entries that answer any of these needs, best first. */
  byNeeds(needs: readonly NeedId[]): Entry[]
  /** Needs that some entry answers. */
  readonly metNeeds: ReadonlySet<string>
}

type Stored = { n: number; code: string; card: string }

/** Entries are small and few (2 kB each): all of them are kept parsed. Make a new one after each import. */
export function createCatalogue({ db }: DirectoryStore): Catalogue {
  const parse = (card: string) => JSON.parse(card) as Entry // written by import.ts from an Entry
  const stored = db.prepare<[], Stored>('select n, code, card from entry order by n').all()
  const entries = new Map(stored.map(({ n, card }) => [n, parse(card)]))
  const byId = new Map(stored.flatMap(({ n, code }) => {
    const entry = entries.get(n)
    return entry ? [[entry.id, { n, code, entry }] as const] : []
  }))
  const byCode = new Map([...byId].map(([id, { code }]) => [code, id]))
  const metNeeds = new Set(db.prepare<[], string>('select distinct need from entry_need').pluck().all())
  return {
    size: entries.size,
    byNumber: (n) => entries.get(n),
    byId: (id) => byId.get(id),
    idOfCode: (code) => byCode.get(code),
    byNeeds: (needs) => [...entries.values()].filter((entry) => entry.needs.some((need) => needs.includes(need))),
    metNeeds,
  }
}

/** The text in the language asked for, else as it was written, labelled with that language. */
export function spoken({ written, also }: Wording, { language, written: base }: Viewpoint): Spoken {
  const text = also[language]
  if (text !== undefined) return { text }
  return language === base ? { text: written } : { text: written, language: base }
}

export function cardOf(entry: Entry, view: Viewpoint): CardView {
  const metres = entry.position && view.place ? metresBetween(view.place, entry.position) : undefined
  return {
    id: entry.id,
    name: spoken(entry.name, view),
    ...(entry.organization === undefined ? {} : { organization: entry.organization }),
    tile: entry.tile,
    needs: entry.needs,
    state: entry.suspended ? { kind: 'closed' } : openState(entry.hours, view.now),
    ...(metres === undefined ? {} : { metres, walk: walkMinutes(metres) }),
    badges: entry.badges,
    ...(entry.trust ? { trust: entry.trust } : {}),
    suspended: entry.suspended,
  }
}

function weekOf(entry: Entry, today: number): DayView[] {
  return Array.from({ length: 7 }, (_, ahead) => ({
    date: dateOf(today + ahead),
    today: ahead === 0,
    slots: slotsOn(entry.hours, today + ahead).map(({ opens, closes }) => [clockText(opens), closes === 1_440 ? '24:00' : clockText(closes)] as const),
  }))
}

function textsOf(rows: readonly Row[], field: string): string[] {
  return [...new Set(rows.map((row) => textOf(row, field)).filter((text) => text !== undefined))]
}

function placeView(store: DirectoryStore, location: Row): PlaceView {
  const id = String(location['id'])
  const lines = store.rows('address', 'location_id', id).filter((row) => textOf(row, 'address_type') !== 'postal').slice(0, 1).flatMap((row) => {
    const town = [textOf(row, 'postal_code'), textOf(row, 'city')].filter(Boolean).join(' ')
    return [textOf(row, 'address_1'), textOf(row, 'address_2'), town].filter((line) => line !== undefined && line !== '') as string[]
  })
  const name = textOf(location, 'name')
  const directions = textOf(location, 'transportation')
  return {
    ...(name === undefined ? {} : { name }), lines,
    ...(directions === undefined ? {} : { directions }),
    access: textsOf(store.rows('accessibility', 'location_id', id), 'description'),
  }
}

function phonesOf(store: DirectoryStore, { service, organization, links, locations }: ServiceRows): PhoneView[] {
  const of = (field: string, rows: readonly Row[]) => rows.flatMap((row) => store.rows('phone', field, String(row['id'])))
  const own = [...of('service_id', [service]), ...of('service_at_location_id', links)]
  const rows = own.length > 0 ? own : [...of('location_id', locations), ...of('organization_id', organization ? [organization] : [])]
  const seen = new Map<string, PhoneView>()
  for (const row of rows) {
    const number = textOf(row, 'number') ?? ''
    const note = textOf(row, 'description')
    if (!seen.has(number)) seen.set(number, { number, ...(note === undefined ? {} : { note }) })
  }
  return [...seen.values()]
}

/** Only http and https: `javascript:` in a link would run on the kiosk. */
function webLink(text: string | undefined): string | undefined {
  const url = text === undefined ? undefined : URL.parse(text)
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : undefined
}

const languageNames = new Map<Language, Intl.DisplayNames>()

function namesIn(language: Language): Intl.DisplayNames {
  let names = languageNames.get(language)
  if (!names) languageNames.set(language, (names = new Intl.DisplayNames([language], { type: 'language', fallback: 'none' })))
  return names
}

function spokenLanguages(store: DirectoryStore, id: string, language: Language): string[] {
  const names = namesIn(language)
  return [...new Set(store.rows('language', 'service_id', id).map((row) => {
    const code = textOf(row, 'code') ?? ''
    return (/^[a-z]{2,3}$/.test(code) ? names.of(code) : undefined) ?? textOf(row, 'name') ?? code
  }))].filter((name) => name !== '')
}

/** Leaves out what is undefined or empty text. */
function present<T extends Record<string, string | number | undefined>>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(kept) as { [K in keyof T]?: NonNullable<T[K]> } // the same keys, minus those just dropped
}

export function detailOf(store: DirectoryStore, entry: Entry, view: Viewpoint, link: string | undefined): DetailView | undefined {
  const service = store.row('service', entry.id)
  if (!service) return undefined
  const rows = gather(store, service)
  const description = textOf(service, 'description')
  const about = textOf(rows.organization, 'description')
  const checked = textOf(service, 'assured_date')
  return {
    ...cardOf(entry, view),
    written: view.written,
    ...(description ? { description: spoken({ written: description, also: translationsOf(rows.marks, 'description') }, view) } : {}),
    ...(about ? { about: spoken({ written: about, also: translationsOf(rows.organizationMarks, 'description') }, view) } : {}),
    week: weekOf(entry, view.now.day),
    hoursKnown: !entry.hours.incomplete,
    hoursNotes: [...new Set([...textsOf(rows.schedules, 'notes'), ...(entry.hours.incomplete ? textsOf(rows.schedules, 'description') : [])])],
    places: rows.locations.filter((location) => textOf(location, 'location_type') !== 'postal').map((location) => placeView(store, location)),
    phones: phonesOf(store, rows),
    documents: textsOf(store.rows('required_document', 'service_id', entry.id), 'document'),
    languages: spokenLanguages(store, entry.id, view.language),
    ...present({
      area: textsOf(store.rows('service_area', 'service_id', entry.id), 'name').join(', '),
      website: webLink(textOf(service, 'url')) ?? webLink(textOf(rows.organization, 'website')),
      email: textOf(service, 'email'),
      howToApply: textOf(service, 'application_process'),
      eligibility: textOf(service, 'eligibility_description') ?? ages(service),
      fees: textOf(service, 'fees_description'),
      alert: textOf(service, 'alert'),
      checkedDays: checked === undefined ? undefined : Math.max(0, view.now.day - dayOf(checked)),
      link,
    }),
  }
}

function ages(service: Row): string | undefined {
  const from = numberOf(service, 'minimum_age')
  const to = numberOf(service, 'maximum_age')
  if (from === undefined && to === undefined) return undefined
  return to === undefined ? `${from}+` : `${from ?? 0}–${to}`
}
