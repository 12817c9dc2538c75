import type { Language } from '#shared/i18n/languages.ts'
import type { DetailView, Filter, HomeView, ResultsView } from '../views.ts'

const PATIENCE_MS = 5_000

export type Question = {
  readonly text?: string
  readonly tile?: string
  readonly need?: string
  readonly filters: readonly Filter[]
  readonly from?: number
}

/** @throws when the kiosk's own server does not answer in time or refuses. */
async function ask<T>(path: string, body?: unknown): Promise<T> {
  const request: RequestInit = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`/api/${path}`, { ...request, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!response.ok) throw new Error(`the kiosk answered ${response.status}`)
  return (await response.json()) as T // our own server, whose views.ts is the same file
}

export const askHome = (language: Language) => ask<HomeView>(`${language}/home`)
export const askResults = (language: Language, question: Question) => ask<ResultsView>(`${language}/results`, question)
export const askDetail = (language: Language, id: string) => ask<DetailView>(`${language}/services/${encodeURIComponent(id)}`)
