import { emergencyPage } from '../pages/emergency.ts'
import { servicePage } from '../pages/service.ts'
import type { Visit, Visits } from '../visit.ts'

/** `GET /service`: the state of the service in words. */
export function serviceRoute({ page, readerOf, service }: Visits) {
  return (visit: Visit) => page(visit, servicePage(readerOf(visit), service.told()))
}

/** `GET /emergency`: before anyone is looked for, and without anything that could be broken. */
export function emergencyRoute({ page, readerOf, settings: { emergency } }: Visits) {
  return (visit: Visit) => page(visit, emergencyPage(readerOf(visit), emergency?.country ?? 'fr', emergency?.own ?? []))
}
