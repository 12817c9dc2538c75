import { freePage } from '../pages/free.ts'
import type { Reader } from '../pages/frame.ts'
import type { Visit, Visits } from '../visit.ts'

/** Any page about the connection, at a site where there is nothing to decide. */
export async function showFree({ sessionOf, page }: Visits, visit: Visit, reader: Reader): Promise<Response> {
  const online = (await sessionOf(visit)) !== undefined
  return page(visit, freePage(reader, visit.req.path, online), online ? 200 : 503)
}
