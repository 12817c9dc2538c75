// The directory for third parties: the read-only API of HSDS 3.0 (openapi.json of branch 3.0), one row per collection.
import { Hono } from 'hono'
import type { Directory } from './directory/directory.ts'
import { isDate } from './directory/field.ts'
import { textOf, type Row, type TableName } from './directory/hsds.ts'
import { nest, type Nested } from './directory/nest.ts'
import { metresBetween, positionOf, type Position } from './directory/place.ts'
import type { DirectoryStore } from './directory/store.ts'

const MOST_PER_PAGE = 100
const USUAL_PER_PAGE = 25
const LAST_PAGE = 100_000
const MOST_FOUND = 1_000
const LONGEST_VALUE = 200

type Query = Readonly<Record<string, string>>
/** Says whether a row passes, or what is wrong with the value asked for. */
type Filter = (store: DirectoryStore, value: string) => ((row: Row) => boolean) | string

const isTrue = (value: string | undefined) => value === 'true' || value === '1'
const equals = (field: string): Filter => (_, value) => (row) => textOf(row, field) === value

function locationsOf(store: DirectoryStore, service: Row): Row[] {
  return store.rows('service_at_location', 'service_id', String(service['id'])).map((link) => store.row('location', textOf(link, 'location_id') ?? '')).filter((row) => row !== undefined)
}

/** `latitude,longitude,metres` */
function parseProximity(value: string): { centre: Position; metres: number } | undefined {
  const [latitude, longitude, metres, ...rest] = value.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  if (rest.length > 0 || latitude === undefined || longitude === undefined || metres === undefined) return undefined
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && metres >= 0 && Number.isFinite(metres) ? { centre: { latitude, longitude }, metres } : undefined
}

const near = (placesOf: (store: DirectoryStore, row: Row) => readonly Row[]): Filter => (store, value) => {
  const wanted = parseProximity(value)
  if (!wanted) return 'must be latitude,longitude,metres'
  return (row) => placesOf(store, row).map(positionOf).some((position) => position !== undefined && metresBetween(position, wanted.centre) <= wanted.metres)
}
const postcode = (placesOf: (store: DirectoryStore, row: Row) => readonly Row[]): Filter => (store, value) => (row) =>
  placesOf(store, row).some((place) => store.rows('address', 'location_id', String(place['id'])).some((address) => textOf(address, 'postal_code') === value))

const marked: Filter = (store, value) => {
  const ids = new Set(store.rows('attribute', 'taxonomy_term_id', value).map((row) => textOf(row, 'link_id')))
  return (row) => ids.has(textOf(row, 'id'))
}
const modifiedAfter: Filter = (_, value) => {
  if (!isDate(value.slice(0, 10)) || Number.isNaN(Date.parse(value))) return 'must be a date'
  const after = Date.parse(value)
  return (row) => Date.parse(textOf(row, 'last_modified') ?? '') > after
}
const placeOf = (store: DirectoryStore, link: Row): Row[] => [store.row('location', textOf(link, 'location_id') ?? '')].filter((row) => row !== undefined)

type Collection = { readonly path: string; readonly table: TableName; readonly filters: Readonly<Record<string, Filter>>; readonly searched: readonly string[] }

/** `search` on services is the kiosk's own search; elsewhere it is a part of these fields. */
export const COLLECTIONS: readonly Collection[] = [
  {
    path: 'services', table: 'service', searched: [],
    filters: { taxonomy_term_id: marked, organization_id: equals('organization_id'), modified_after: modifiedAfter, postcode: postcode(locationsOf), proximity: near(locationsOf) },
  },
  { path: 'organizations', table: 'organization', searched: ['name', 'alternate_name', 'description'], filters: { taxonomy_term_id: marked } },
  {
    path: 'service_at_locations', table: 'service_at_location', searched: ['description'],
    filters: { taxonomy_term_id: marked, postcode: postcode(placeOf), proximity: near(placeOf) },
  },
  { path: 'taxonomies', table: 'taxonomy', searched: ['name', 'description'], filters: {} },
  { path: 'taxonomy_terms', table: 'taxonomy_term', searched: ['name', 'description', 'code'], filters: { taxonomy_id: equals('taxonomy_id'), parent_id: equals('parent_id') } },
]

function wholeNumber(text: string | undefined, usual: number, most: number): number | undefined {
  if (text === undefined) return usual
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0
  return value >= 1 && value <= most ? value : undefined
}

/** The page object of HSDS 3.0. */
function pageOf(contents: readonly unknown[], total: number, page: number, size: number): Record<string, unknown> {
  const pages = Math.max(1, Math.ceil(total / size))
  return { total_items: total, total_pages: pages, page_number: page, size: contents.length, first_page: page === 1, last_page: page >= pages, empty: contents.length === 0, contents }
}

function found(directory: Directory, { table, searched }: Collection, text: string): readonly Row[] {
  const { store, search, catalogue } = directory
  if (table !== 'service') {
    const wanted = text.toLowerCase()
    return store.all(table).filter((row) => searched.some((field) => textOf(row, field)?.toLowerCase().includes(wanted)))
  }
  const ids = search(text, MOST_FOUND).entries.map((n) => catalogue.byNumber(n)?.id ?? '')
  return ids.map((id) => store.row('service', id)).filter((row) => row !== undefined)
}

/** All rows a question asks for, or what is wrong with the question. */
function select(directory: Directory, collection: Collection, query: Query): readonly Row[] | string {
  const text = query['search']
  let rows: readonly Row[] = text ? found(directory, collection, text) : directory.store.all(collection.table)
  for (const [name, filter] of Object.entries(collection.filters)) {
    const value = query[name]
    if (!value) continue
    const passes = filter(directory.store, value)
    if (typeof passes === 'string') return `${name} ${passes}`
    rows = rows.filter(passes)
  }
  return rows
}

function render(store: DirectoryStore, table: TableName, row: Row, query: Query): Nested {
  if (!isTrue(query['minimal'])) return nest(store, table, row, isTrue(query['full']) ? 'full' : 'list')
  const { id = '', last_modified } = row
  return { id, ...(last_modified === undefined ? {} : { last_modified }) }
}

/** @param openapiUrl where /openapi.json is, absolute. */
export function hsdsApi(directory: () => Directory, openapiUrl: () => string): Hono {
  const app = new Hono()
  app.use('*', async (c, next) => {
    // Public and read-only: any page on the web may show the city's directory.
    c.header('access-control-allow-origin', '*')
    await next()
  })
  app.get('/', (c) => c.json({ version: '3.0', profile: 'https://docs.openreferral.org/en/3.0/', openapi_url: openapiUrl() }))
  for (const collection of COLLECTIONS) {
    const { path, table } = collection
    app.get(`/${path}`, (c) => {
      const query = c.req.query()
      if (Object.values(query).some((value) => value.length > LONGEST_VALUE)) return c.json({ error: `a value is longer than ${LONGEST_VALUE} characters` }, 400)
      const size = wholeNumber(query['per_page'], USUAL_PER_PAGE, MOST_PER_PAGE)
      const page = wholeNumber(query['page'], 1, LAST_PAGE)
      if (size === undefined || page === undefined) return c.json({ error: `page must be 1–${LAST_PAGE}, per_page 1–${MOST_PER_PAGE}` }, 400)
      const rows = select(directory(), collection, query)
      if (typeof rows === 'string') return c.json({ error: rows }, 400)
      const shown = rows.slice((page - 1) * size, page * size).map((row) => render(directory().store, table, row, query))
      return c.json(pageOf(shown, rows.length, page, size))
    })
    app.get(`/${path}/:id`, (c) => {
      const row = directory().store.row(table, c.req.param('id'))
      return row ? c.json(nest(directory().store, table, row, 'full')) : c.json({ error: `no such ${table}` }, 404)
    })
  }
  app.all('*', (c) => c.json({ error: 'no such route' }, 404))
  return app
}
