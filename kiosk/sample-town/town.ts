// The sample town as an HSDS 3.0 directory in the shape of the official tabular.json, made for the real importer.
import { createHash } from 'node:crypto'
import { ACCESS_TAXONOMY, TRANSLATION_TAXONOMY, TRUST_TAXONOMY } from '#kiosk/directory/marks.ts'
import { NEEDS, NEEDS_TAXONOMY } from '#kiosk/directory/needs.ts'
import type { SourceFile } from '#kiosk/directory/read-directory.ts'
import { ORGANIZATIONS, type OrganizationKey, type SampleOrganization } from './organizations.ts'
import { PLACES, type PlaceKey, type SamplePlace } from './places.ts'
import type { SampleService } from './service.ts'
import { BODY } from './services-body.ts'
import { LIFE } from './services-life.ts'
import { RIGHTS } from './services-rights.ts'

export const SAMPLE_SERVICES: readonly SampleService[] = [...BODY, ...RIGHTS, ...LIFE]

/** Where the kiosk stands: in a field, since the town does not exist. */
const CENTRE = { latitude: 46.905, longitude: 2.915 }
const METRES_PER_DEGREE = 111_195
const DAYS: Readonly<Record<string, string>> = { Mo: 'MO', Tu: 'TU', We: 'WE', Th: 'TH', Fr: 'FR', Sa: 'SA', Su: 'SU' }
const WEEK = Object.values(DAYS)
const TRANSLATED = [['en', 1], ['ar', 2]] as const

type Rows = Record<string, Record<string, string | number>[]>

/** A name-based UUID (RFC 9562 §5.8), so that the town has the same ids everywhere. */
function uuid(name: string): string {
  const hex = createHash('sha256').update(`parvis/sample-town/${name}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function byDay(days: string): string {
  const [from = '', to] = days.split('-').map((day) => DAYS[day] ?? '')
  if (to === undefined) return days.split(',').map((day) => DAYS[day] ?? '').join(',')
  return WEEK.slice(WEEK.indexOf(from), WEEK.indexOf(to) + 1).join(',')
}

type Slot = { readonly freq: string; readonly byday: string; readonly opens: string; readonly closes: string }

function slotsOf(hours: string): Slot[] {
  return hours.split(';').flatMap((part) => {
    const [days = '', times = ''] = part.trim().split(' ')
    const [freq, byday] = /^\d/.test(days) ? ['MONTHLY', days] : ['WEEKLY', byDay(days)]
    return times.split(',').map((slot) => ({ freq, byday, opens: slot.slice(0, 5), closes: slot.slice(6) }))
  })
}

/** HSDS schedules of our short notation; words alone make one that says no hours. */
function addSchedules(rows: Rows, { slug, hours, note }: SampleService): void {
  const common = { service_id: uuid(`service/${slug}`), notes: note }
  const slots = hours === undefined ? [] : slotsOf(hours)
  for (const [index, { freq, byday, opens, closes }] of slots.entries()) {
    add(rows, 'schedules', { id: uuid(`schedule/${slug}/${index}`), ...common, freq, byday, opens_at: opens, closes_at: closes })
  }
  if (slots.length === 0 && note !== undefined) add(rows, 'schedules', { id: uuid(`schedule/${slug}`), ...common })
}

function add(rows: Rows, file: string, row: Record<string, string | number | undefined>): void {
  const said = Object.entries(row).filter((pair): pair is [string, string | number] => pair[1] !== undefined)
  ;(rows[`${file}.csv`] ??= []).push(Object.fromEntries(said))
}

function addAttribute(rows: Rows, entity: string, id: string, taxonomy: string, code: string, more: { link_type?: string; value?: string } = {}): void {
  const term = uuid(`term/${taxonomy}/${code}`)
  add(rows, 'attributes', { id: uuid(`attribute/${id}/${term}/${more.link_type ?? ''}`), link_id: id, link_entity: entity, taxonomy_term_id: term, ...more })
}

function addTaxonomies(rows: Rows): void {
  const terms: Readonly<Record<string, readonly (readonly [code: string, name: string])[]>> = {
    [NEEDS_TAXONOMY]: NEEDS.map((need) => [need.id, need.name.fr]),
    [ACCESS_TAXONOMY]: [['no-appointment', 'Sans rendez-vous'], ['step-free', 'Accès sans marche'], ['animals', 'Animaux acceptés']],
    [TRUST_TAXONOMY]: [['city-verified', 'Vérifié par la ville'], ['partner-vouched', 'Connu d’une association partenaire'], ['self-declared', 'Déclaré par la personne']],
    [TRANSLATION_TAXONOMY]: [['en', 'Anglais'], ['ar', 'Arabe']],
  }
  for (const [taxonomy, list] of Object.entries(terms)) {
    add(rows, 'taxonomies', { id: uuid(`taxonomy/${taxonomy}`), name: taxonomy, description: `Vocabulaire de Parvis : ${taxonomy}` })
    for (const [code, name] of list) {
      add(rows, 'taxonomy_terms', { id: uuid(`term/${taxonomy}/${code}`), code, name, description: name, taxonomy, taxonomy_id: uuid(`taxonomy/${taxonomy}`), language: 'fr' })
    }
  }
}

function addOrganization(rows: Rows, key: string, { name, about, status, trust, site }: SampleOrganization): void {
  const id = uuid(`organization/${key}`)
  add(rows, 'organizations', { id, name, description: about, legal_status: status, website: site })
  if (trust) addAttribute(rows, 'organization', id, TRUST_TAXONOMY, trust)
}

function addPlace(rows: Rows, key: string, { name, street, east, north, how, stepFree }: SamplePlace): void {
  const id = uuid(`location/${key}`)
  const latitude = CENTRE.latitude + north / METRES_PER_DEGREE
  const longitude = CENTRE.longitude + east / (METRES_PER_DEGREE * Math.cos((CENTRE.latitude * Math.PI) / 180))
  add(rows, 'locations', { id, location_type: 'physical', name, transportation: how, latitude: Number(latitude.toFixed(5)), longitude: Number(longitude.toFixed(5)) })
  add(rows, 'addresses', {
    id: uuid(`address/${key}`), location_id: id, address_1: street, city: 'Rivemont', state_province: 'Val-de-Rive', postal_code: '00100', country: 'FR', address_type: 'physical',
  })
  if (!stepFree) return
  add(rows, 'accessibility', { id: uuid(`accessibility/${key}`), location_id: id, description: 'Accès sans marche' })
  addAttribute(rows, 'location', id, ACCESS_TAXONOMY, 'step-free')
}

function addService(rows: Rows, service: SampleService): void {
  const { slug, by, at, name, text } = service
  const id = uuid(`service/${slug}`)
  const organization: OrganizationKey = by
  add(rows, 'services', {
    id, organization_id: uuid(`organization/${organization}`), name: name[0], description: text[0], status: service.suspended ? 'temporarily closed' : 'active',
    application_process: service.apply, fees_description: service.fees, eligibility_description: service.who, alert: service.alert,
    assured_date: '2026-10-15', assurer_email: 'annuaire@rivemont.example',
  })
  for (const need of service.needs) addAttribute(rows, 'service', id, NEEDS_TAXONOMY, need)
  for (const [code, index] of TRANSLATED) {
    addAttribute(rows, 'service', id, TRANSLATION_TAXONOMY, code, { link_type: 'name', value: name[index] })
    addAttribute(rows, 'service', id, TRANSLATION_TAXONOMY, code, { link_type: 'description', value: text[index] })
  }
  if (service.walkIn) addAttribute(rows, 'service', id, ACCESS_TAXONOMY, 'no-appointment')
  if (service.animals) addAttribute(rows, 'service', id, ACCESS_TAXONOMY, 'animals')
  if (service.free) add(rows, 'cost_options', { id: uuid(`cost/${slug}`), service_id: id, option: 'Gratuit', amount: 0, currency: 'EUR' })
  if (service.phone) add(rows, 'phones', { id: uuid(`phone/${slug}`), service_id: id, number: service.phone, type: 'voice' })
  if (service.area) add(rows, 'service_areas', { id: uuid(`area/${slug}`), service_id: id, name: service.area })
  if (at) add(rows, 'service_at_location', { id: uuid(`at/${slug}`), service_id: id, location_id: uuid(`location/${at satisfies PlaceKey}`) })
  addSchedules(rows, service)
  for (const document of service.bring ?? []) add(rows, 'required_documents', { id: uuid(`document/${slug}/${document}`), service_id: id, document })
  for (const code of service.speaks?.split(' ') ?? []) add(rows, 'languages', { id: uuid(`language/${slug}/${code}`), service_id: id, code, name: code })
}

/** The file that the importer is given; `parvis directory export` of it is a directory anyone may start from. */
export function sampleTown(): SourceFile {
  const rows: Rows = {}
  addTaxonomies(rows)
  for (const [key, organization] of Object.entries(ORGANIZATIONS)) addOrganization(rows, key, organization)
  for (const [key, place] of Object.entries(PLACES)) addPlace(rows, key, place)
  for (const service of SAMPLE_SERVICES) addService(rows, service)
  const parvis = {
    town: 'Rivemont', timezone: 'Europe/Paris', demonstration: true, dated: '2026-11-01', country: 'FR', language: 'fr',
    place: { name: 'Place du Parvis', ...CENTRE },
  }
  return { name: 'sample-town.json', text: JSON.stringify({ parvis, ...rows }) }
}
