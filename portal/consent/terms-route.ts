import { termsPage } from '../pages/terms.ts'
import type { Visit, Visits } from '../visit.ts'

/** More of the query of `/terms`, where they are those of another site than the reader's. */
export function termsOfSite(site: string): string {
  return `&of=${site}`
}

/** `GET /terms`: the three facts and the city's own terms, exactly what a receipt names. */
export function termsRoute({ page, readerOf, termsFor, settings }: Visits) {
  return function showTerms(visit: Visit) {
    const here = readerOf(visit)
    const other = settings.sites.find(({ id }) => id === visit.req.query('of') && id !== here.site.id)
    const reader = other ? { ...here, site: other } : here
    return page(visit, termsPage(reader, termsFor(reader), settings.controller, other && termsOfSite(other.id)))
  }
}
