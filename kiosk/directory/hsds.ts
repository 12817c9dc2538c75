/**
 * The tables of HSDS 3.0 (docs.openreferral.org, branch 3.0), one row each: everything below the importer, the store and
 * the API reads them from here.
 */
export const TABLE_NAMES = [
  'organization', 'program', 'service', 'service_at_location', 'location', 'address', 'phone', 'contact', 'schedule', 'service_area',
  'language', 'cost_option', 'required_document', 'accessibility', 'funding', 'organization_identifier', 'taxonomy', 'taxonomy_term',
  'attribute', 'metadata', 'meta_table_description',
] as const
export type TableName = (typeof TABLE_NAMES)[number]

export function isTableName(name: string): name is TableName {
  return (TABLE_NAMES as readonly string[]).includes(name)
}

export const STATUSES = ['active', 'inactive', 'defunct', 'temporarily closed'] as const
const PLACES = ['physical', 'postal', 'virtual'] as const
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const

export type Field =
  | { readonly kind: 'id' | 'text' | 'number' | 'date' | 'time' | 'instant'; readonly required?: true }
  | { readonly kind: 'word'; readonly words: readonly string[]; readonly required?: true }
  /** The id of a row of another table; `to` is absent where the other table is named by the row itself. */
  | { readonly kind: 'ref'; readonly to?: TableName; readonly required?: true }

/** How JSON nests: `many` rows of `table` point back by their field `by`; `one` row is pointed at by our field `by`. */
export type Nesting = { readonly many: boolean; readonly table: TableName; readonly by: string }

export type Table = {
  readonly file: string
  readonly fields: Readonly<Record<string, Field>>
  readonly nested: Readonly<Record<string, Nesting>>
  /** A wrong optional value refuses the whole row: half an opening hour would be a lie. */
  readonly strict?: true
}

const id = { kind: 'id', required: true } as const
const text = { kind: 'text' } as const
const needed = { kind: 'text', required: true } as const
const number = { kind: 'number' } as const
const date = { kind: 'date' } as const
const ref = (to: TableName) => ({ kind: 'ref', to }) as const
const word = (words: readonly string[], required?: true): Field => (required ? { kind: 'word', words, required } : { kind: 'word', words })

const texts = <Name extends string>(...names: readonly Name[]) => Object.fromEntries(names.map((name) => [name, text])) as Record<Name, typeof text>
const refs = <Name extends TableName>(...tables: readonly Name[]) => Object.fromEntries(tables.map((table) => [`${table}_id`, ref(table)]))
const children = (by: string, names: Readonly<Record<string, TableName>>): Record<string, Nesting> =>
  Object.fromEntries(Object.entries(names).map(([name, table]) => [name, { many: true, table, by }]))
const one = (table: TableName, by = `${table}_id`): Nesting => ({ many: false, table, by })

const METADATA: Readonly<Record<string, Nesting>> = { metadata: { many: true, table: 'metadata', by: 'resource_id' } }
const MARKS: Readonly<Record<string, Nesting>> = { attributes: { many: true, table: 'attribute', by: 'link_id' }, ...METADATA }

export const TABLES: Readonly<Record<TableName, Table>> = {
  organization: {
    file: 'organizations.csv',
    fields: {
      id, name: needed, alternate_name: text, description: needed, ...texts('email', 'website', 'tax_status', 'tax_id'), year_incorporated: number,
      ...texts('legal_status', 'logo', 'uri'), parent_organization_id: ref('organization'),
    },
    nested: {
      ...children('organization_id', {
        funding: 'funding', contacts: 'contact', phones: 'phone', locations: 'location', programs: 'program', organization_identifiers: 'organization_identifier',
      }),
      ...MARKS,
    },
  },
  program: { file: 'programs.csv', fields: { id, ...refs('organization'), name: needed, alternate_name: text, description: needed }, nested: MARKS },
  service: {
    file: 'services.csv',
    fields: {
      id, ...refs('organization', 'program'), name: needed, ...texts('alternate_name', 'description', 'url', 'email'), status: word(STATUSES, true),
      ...texts('interpretation_services', 'application_process', 'fees_description', 'wait_time', 'fees', 'accreditations', 'eligibility_description'),
      minimum_age: number, maximum_age: number, assured_date: date, ...texts('assurer_email', 'licenses', 'alert'), last_modified: { kind: 'instant' },
    },
    nested: {
      ...children('service_id', {
        phones: 'phone', schedules: 'schedule', service_areas: 'service_area', service_at_locations: 'service_at_location', languages: 'language',
        funding: 'funding', cost_options: 'cost_option', required_documents: 'required_document', contacts: 'contact',
      }),
      organization: one('organization'), program: one('program'), ...MARKS,
    },
  },
  service_at_location: {
    file: 'service_at_location.csv',
    fields: { id, ...refs('service', 'location'), description: text },
    nested: {
      ...children('service_at_location_id', { contacts: 'contact', phones: 'phone', schedules: 'schedule' }), location: one('location'), ...MARKS,
    },
  },
  location: {
    file: 'locations.csv',
    fields: {
      id, location_type: word(PLACES, true), url: text, ...refs('organization'), ...texts('name', 'alternate_name', 'description', 'transportation'),
      latitude: number, longitude: number, ...texts('external_identifier', 'external_identifier_type'),
    },
    nested: {
      ...children('location_id', {
        languages: 'language', addresses: 'address', contacts: 'contact', accessibility: 'accessibility', phones: 'phone', schedules: 'schedule',
      }),
      ...MARKS,
    },
  },
  address: {
    file: 'addresses.csv',
    fields: {
      id, ...refs('location'), attention: text, address_1: needed, address_2: text, city: needed, region: text, state_province: needed,
      postal_code: needed, country: needed, address_type: word(PLACES, true),
    },
    nested: MARKS,
  },
  phone: {
    file: 'phones.csv',
    fields: { id, ...refs('location', 'service', 'organization', 'contact', 'service_at_location'), number: needed, extension: number, ...texts('type', 'description') },
    nested: { ...children('phone_id', { languages: 'language' }), ...MARKS },
  },
  contact: {
    file: 'contacts.csv',
    fields: { id, ...refs('organization', 'service', 'service_at_location', 'location'), ...texts('name', 'title', 'department', 'email') },
    nested: { ...children('contact_id', { phones: 'phone' }), ...MARKS },
  },
  schedule: {
    file: 'schedules.csv',
    strict: true,
    fields: {
      id, ...refs('service', 'location', 'service_at_location'), valid_from: date, valid_to: date, dtstart: date, timezone: number, until: date, count: number,
      wkst: word(WEEKDAYS), freq: word(['WEEKLY', 'MONTHLY']), interval: number, ...texts('byday', 'byweekno', 'bymonthday', 'byyearday', 'description'),
      opens_at: { kind: 'time' }, closes_at: { kind: 'time' }, ...texts('schedule_link', 'attending_type', 'notes'),
    },
    nested: MARKS,
  },
  service_area: { file: 'service_areas.csv', fields: { id, ...refs('service'), ...texts('name', 'description', 'extent', 'extent_type', 'uri') }, nested: MARKS },
  language: { file: 'languages.csv', fields: { id, ...refs('service', 'location', 'phone'), ...texts('name', 'code', 'note') }, nested: MARKS },
  cost_option: {
    file: 'cost_options.csv',
    fields: { id, ...refs('service'), valid_from: date, valid_to: date, ...texts('option', 'currency'), amount: number, amount_description: text },
    nested: MARKS,
  },
  required_document: { file: 'required_documents.csv', fields: { id, ...refs('service'), ...texts('document', 'uri') }, nested: MARKS },
  accessibility: { file: 'accessibility.csv', fields: { id, ...refs('location'), ...texts('description', 'details', 'url') }, nested: MARKS },
  funding: { file: 'funding.csv', fields: { id, ...refs('organization', 'service'), source: text }, nested: MARKS },
  organization_identifier: {
    file: 'organization_identifiers.csv',
    fields: { id, ...refs('organization'), identifier_scheme: text, identifier_type: needed, identifier: needed },
    nested: MARKS,
  },
  taxonomy: { file: 'taxonomies.csv', fields: { id, name: needed, description: needed, uri: text, version: text }, nested: METADATA },
  taxonomy_term: {
    file: 'taxonomy_terms.csv',
    fields: { id, code: text, name: needed, description: needed, parent_id: ref('taxonomy_term'), ...texts('taxonomy', 'language'), ...refs('taxonomy'), term_uri: text },
    nested: { taxonomy_detail: one('taxonomy'), ...METADATA },
  },
  attribute: {
    file: 'attributes.csv',
    fields: { id, link_id: { kind: 'ref' }, ...refs('taxonomy_term'), ...texts('link_type', 'link_entity', 'value') },
    nested: { taxonomy_term: one('taxonomy_term'), ...METADATA },
  },
  metadata: {
    file: 'metadata.csv',
    fields: {
      id, resource_id: { kind: 'ref' }, resource_type: text, last_action_date: { kind: 'date', required: true },
      last_action_type: needed, field_name: needed, previous_value: needed, replacement_value: needed, updated_by: needed,
    },
    nested: {},
  },
  meta_table_description: { file: 'meta_table_descriptions.csv', fields: { id, ...texts('name', 'language', 'character_set') }, nested: MARKS },
}

/** One row as the importer lets it through: only fields of its table, each of its kind, absent ones left out. */
export type Row = Readonly<Record<string, string | number>>

/** The text of a field, or undefined. */
export function textOf(row: Row | undefined, field: string): string | undefined {
  const value = row?.[field]
  return typeof value === 'string' ? value : undefined
}

/** The number of a field, or undefined. */
export function numberOf(row: Row | undefined, field: string): number | undefined {
  const value = row?.[field]
  return typeof value === 'number' ? value : undefined
}
