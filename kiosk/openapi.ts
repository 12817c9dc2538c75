import { COLLECTIONS } from './hsds-api.ts'

const PAGING = ['search', 'page', 'per_page', 'minimal', 'full']

function parameter(name: string, where: 'query' | 'path'): Record<string, unknown> {
  return { name, in: where, required: where === 'path', schema: { type: 'string' } }
}

function get(summary: string, parameters: readonly Record<string, unknown>[], codes: readonly number[]): Record<string, unknown> {
  const responses = Object.fromEntries(codes.map((code) => [code, { description: code === 200 ? 'OK' : code === 400 ? 'A parameter is wrong' : 'Not found', content: { 'application/json': {} } }]))
  return { get: { summary, parameters, responses } }
}

/** The public routes of the kiosk, drawn from the table that serves them. */
export function openapi(): Record<string, unknown> {
  const paths: Record<string, unknown> = { '/hsds/': get('Version of the API', [], [200]) }
  for (const { path, filters } of COLLECTIONS) {
    paths[`/hsds/${path}`] = get(`A page of ${path}`, [...PAGING, ...Object.keys(filters)].map((name) => parameter(name, 'query')), [200, 400])
    paths[`/hsds/${path}/{id}`] = get(`One of ${path}, with all that belongs to it`, [parameter('id', 'path')], [200, 404])
  }
  return { openapi: '3.1.0', info: { title: 'Parvis kiosk: the service directory (HSDS 3.0)', version: '3.0' }, paths }
}
