// A service as the screen shows it, worked out once at import and kept as one JSON text per entry.
import type { Badge, Trust } from '../views.ts'
import { fold } from './fold.ts'
import { type Hours, parseHours } from './hours.ts'
import { numberOf, textOf, type Row } from './hsds.ts'
import { accessOf, marksOf, needsOf, translationsOf, trustOf, type Mark } from './marks.ts'
import { needsIn } from './need-words.ts'
import { NEEDS, type NeedId, tileOf } from './needs.ts'
import { positionOf, type Position } from './place.ts'
import type { Tables } from './tables.ts'

/** A text as written, and its translations by language. */
export type Wording = { readonly written: string; readonly also: Readonly<Record<string, string>> }

export type Entry = {
  readonly id: string
  readonly name: Wording
  readonly organization?: string
  readonly needs: readonly NeedId[]
  readonly tile: string
  readonly hours: Hours
  readonly position?: Position
  readonly badges: readonly Badge[]
  readonly trust?: Trust
  readonly suspended: boolean
}

/** All rows an entry is made from. */
export type ServiceRows = {
  readonly service: Row
  readonly organization: Row | undefined
  readonly links: readonly Row[]
  readonly locations: readonly Row[]
  readonly schedules: readonly Row[]
  /** Attributes of the service and of its being at a place. */
  readonly marks: readonly Mark[]
  readonly placeMarks: readonly Mark[]
  readonly organizationMarks: readonly Mark[]
}

const PUBLISHED = new Set(['active', 'temporarily closed'])

export function isPublished(service: Row): boolean {
  return PUBLISHED.has(textOf(service, 'status') ?? '')
}

/** The most particular hours there are: of the service at a place, else of the service, else of the place. */
function schedulesOf(tables: Tables, id: string, links: readonly Row[], locations: readonly Row[]): readonly Row[] {
  const atLocations = links.flatMap((link) => tables.rows('schedule', 'service_at_location_id', String(link['id'])))
  if (atLocations.length > 0) return atLocations
  const own = tables.rows('schedule', 'service_id', id)
  return own.length > 0 ? own : locations.flatMap((location) => tables.rows('schedule', 'location_id', String(location['id'])))
}

export function gather(tables: Tables, service: Row): ServiceRows {
  const id = String(service['id'])
  const organization = tables.row('organization', textOf(service, 'organization_id') ?? '')
  const links = tables.rows('service_at_location', 'service_id', id)
  const locations = links.map((link) => tables.row('location', textOf(link, 'location_id') ?? '')).filter((row) => row !== undefined)
  return {
    service, organization, links, locations,
    schedules: schedulesOf(tables, id, links, locations),
    marks: [service, ...links].flatMap((row) => marksOf(tables, String(row['id']))),
    placeMarks: locations.flatMap((row) => marksOf(tables, String(row['id']))),
    organizationMarks: organization ? marksOf(tables, String(organization['id'])) : [],
  }
}

function isInformal(organization: Row | undefined): boolean {
  return ['informal', 'informel'].includes(fold(textOf(organization, 'legal_status') ?? ''))
}

function isFree(tables: Tables, id: string): boolean {
  const costs = tables.rows('cost_option', 'service_id', id).map((row) => numberOf(row, 'amount'))
  return costs.length > 0 && costs.every((amount) => amount === 0)
}

/** What the directory says, else what the names of the service say. */
function needsFor({ service, marks }: ServiceRows): NeedId[] {
  const said = needsOf(marks)
  if (said.length > 0) return said
  const names = [textOf(service, 'name'), textOf(service, 'alternate_name'), ...marks.map((mark) => mark.term)].filter((name) => name !== undefined)
  const heard = needsIn(names.join('\n'))
  return NEEDS.map((need) => need.id).filter((id) => heard.has(id))
}

export function makeEntry(tables: Tables, rows: ServiceRows): Entry {
  const { service, organization, locations, marks, placeMarks, organizationMarks } = rows
  const id = String(service['id'])
  const needs = needsFor(rows)
  const informal = isInformal(organization)
  const badges: Badge[] = [...(isFree(tables, id) ? (['free'] as const) : []), ...accessOf([...marks, ...placeMarks, ...organizationMarks]), ...(informal ? (['informal'] as const) : [])]
  const organizationName = textOf(organization, 'name')
  const position = locations.map(positionOf).find((one) => one !== undefined)
  const trust = informal ? trustOf(organizationMarks) : undefined
  return {
    id,
    name: { written: textOf(service, 'name') ?? '', also: translationsOf(marks, 'name') },
    ...(organizationName === undefined ? {} : { organization: organizationName }),
    needs,
    tile: needs[0] ? tileOf(needs[0]) : 'neighbourhood',
    hours: parseHours(rows.schedules),
    ...(position ? { position } : {}),
    badges,
    ...(trust ? { trust } : {}),
    suspended: textOf(service, 'status') === 'temporarily closed',
  }
}

/** Better filled and more recently confirmed entries come first; between equals the id decides, so that every import agrees. */
export function qualityOf(entry: Entry, { service, locations }: ServiceRows): number {
  const points = [
    entry.hours.rules.length > 0 ? 4 : 0,
    entry.position ? 3 : 0,
    entry.needs.length > 0 ? 3 : 0,
    (textOf(service, 'description') ?? '').length > 40 ? 2 : 0,
    textOf(service, 'assured_date') === undefined ? 0 : 2,
    locations.length > 0 ? 1 : 0,
    entry.trust === 'self-declared' ? -1 : 0,
    entry.suspended ? -6 : 0,
  ]
  return points.reduce<number>((sum, one) => sum + one, 0)
}
