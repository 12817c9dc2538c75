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
/**
 * The ids that pass, or what is wrong with the value asked for. Each asks a few questions of the store, whatever the number
 * of services: the loop that answers here also answers phones, and one look-up a row held it for a third of a second.
 */
type Filter = (store: DirectoryStore, value: string) => ReadonlySet<string> | string

const isTrue = (value: string | undefined) => value === 'true' || value === '1'
const idsOf = (rows: readonly Row[], field = 'id') => new Set(rows.map((row) => textOf(row, field) ?? ''))
const equals = (table: TableName, field: string): Filter => (store, value) => idsOf(store.rows(table, field, value))

/** `latitude,longitude,metres` */
function parseProximity(value: string): { centre: Position; metres: number } | undefined {
  const [latitude, longitude, metres, ...rest] = value.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  if (rest.length > 0 || latitude === undefined || longitude === undefined || metres === undefined) return undefined
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && metres >= 0 && Number.isFinite(metres) ? { centre: { latitude, longitude }, metres } : undefined
}

/** What stands at these locations: the services there, or the links between the two. */
const standing = (field: 'id' | 'service_id', locations: (store: DirectoryStore, value: string) => ReadonlySet<string> | string): Filter => (store, value) => {
  const there = locations(store, value)
  return typeof there === 'string' ? there : idsOf(store.all('service_at_location').filter((link) => there.has(textOf(link, 'location_id') ?? '')), field)
}
function near(store: DirectoryStore, value: string): ReadonlySet<string> | string {
  const wanted = parseProximity(value)
  if (!wanted) return 'must be latitude,longitude,metres'
  return idsOf(store.all('location').filter((location) => {
    const position = positionOf(location)
    return position !== undefined && metresBetween(position, wanted.centre) <= wanted.metres
  }))
}
const postcode = (store: DirectoryStore, value: string) => idsOf(store.rows('address', 'postal_code', value), 'location_id')

const marked: Filter = (store, value) => idsOf(store.rows('attribute', 'taxonomy_term_id', value), 'link_id')
const modifiedAfter: Filter = (store, value) => {
  if (!isDate(value.slice(0, 10)) || Number.isNaN(Date.parse(value))) return 'must be a date'
  const after = Date.parse(value)
  return new Set(store.column('service', 'last_modified').filter((row) => Date.parse(String(row.value ?? '')) > after).map(({ id }) => id))
}

type Collection = { readonly path: string; readonly table: TableName; readonly filters: Readonly<Record<string, Filter>>; readonly searched: readonly string[] }

/** `search` on services is the kiosk's own search; elsewhere it is a part of these fields. */
export const COLLECTIONS: readonly Collection[] = [
  {
    path: 'services', table: 'service', searched: [],
    filters: { taxonomy_term_id: marked, organization_id: equals('service', 'organization_id'), modified_after: modifiedAfter, postcode: standing('service_id', postcode), proximity: standing('service_id', near) },
  },
  { path: 'organizations', table: 'organization', searched: ['name', 'alternate_name', 'description'], filters: { taxonomy_term_id: marked } },
  {
    path: 'service_at_locations', table: 'service_at_location', searched: ['description'],
    filters: { taxonomy_term_id: marked, postcode: standing('id', postcode), proximity: standing('id', near) },
  },
  { path: 'taxonomies', table: 'taxonomy', searched: ['name', 'description'], filters: {} },
  { path: 'taxonomy_terms', table: 'taxonomy_term', searched: ['name', 'description', 'code'], filters: { taxonomy_id: equals('taxonomy_term', 'taxonomy_id'), parent_id: equals('taxonomy_term', 'parent_id') } },
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

function found(directory: Directory, { table, searched }: Collection, text: string): readonly string[] {
  const { store, search, catalogue } = directory
  if (table === 'service') return search(text, MOST_FOUND).entries.map((n) => catalogue.byNumber(n)?.id).filter((id) => id !== undefined)
  const wanted = text.toLowerCase()
  return store.all(table).filter((row) => searched.some((field) => textOf(row, field)?.toLowerCase().includes(wanted))).map((row) => textOf(row, 'id') ?? '')
}

/** The ids of all that a question asks for, or what is wrong with the question. */
function select(directory: Directory, collection: Collection, query: Query): readonly string[] | string {
  const text = query['search']
  let ids = text ? found(directory, collection, text) : directory.store.column(collection.table, 'id').map(({ id }) => id)
  for (const [name, filter] of Object.entries(collection.filters)) {
    const value = query[name]
    if (!value) continue
    const passing = filter(directory.store, value)
    if (typeof passing === 'string') return `${name} ${passing}`
    ids = ids.filter((id) => passing.has(id))
  }
  return ids
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
      const ids = select(directory(), collection, query)
      if (typeof ids === 'string') return c.json({ error: ids }, 400)
      const { store } = directory()
      const rows = ids.slice((page - 1) * size, page * size).map((id) => store.row(table, id)).filter((row) => row !== undefined)
      return c.json(pageOf(rows.map((row) => render(store, table, row, query)), ids.length, page, size))
    })
    app.get(`/${path}/:id`, (c) => {
      const row = directory().store.row(table, c.req.param('id'))
      return row ? c.json(nest(directory().store, table, row, 'full')) : c.json({ error: `no such ${table}` }, 404)
    })
  }
  app.all('*', (c) => c.json({ error: 'no such route' }, 404))
  return app
}
