import { termsPage } from '../pages/terms.ts'
import type { Visit, Visits } from '../visit.ts'

/** `GET /terms`: the three facts and the city's own terms, exactly what a receipt names. */
export function termsRoute({ page, readerOf, termsFor, settings }: Visits) {
  return function showTerms(visit: Visit) {
    const reader = readerOf(visit)
    return page(visit, termsPage(reader, termsFor(reader), settings.controller))
  }
}
