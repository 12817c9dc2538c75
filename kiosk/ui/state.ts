// What the screen shows now. Lives in this page's memory only and dies with it: that is what "erase" means.
import { effect, signal } from '@preact/signals'
import { direction, type Language } from '#shared/i18n/languages.ts'
import type { DetailView, Filter, HomeView, ResultsView } from '../views.ts'
import { askDetail, askHome, askResults, type Question } from './ask.ts'

export type Results = { readonly kind: 'results'; readonly question: Question; readonly view: ResultsView | undefined }
export type Screen =
  | { readonly kind: 'attract' }
  | { readonly kind: 'home' }
  | Results
  | { readonly kind: 'emergency'; readonly view: ResultsView | undefined }
  | { readonly kind: 'detail'; readonly id: string; readonly view: DetailView | undefined; readonly from: Screen }

export const language = signal<Language>('fr')
export const home = signal<HomeView | undefined>(undefined)
export const screen = signal<Screen>({ kind: 'attract' })
/** The last question to the server got no answer. */
export const failed = signal(false)

effect(() => {
  document.documentElement.lang = language.value
  document.documentElement.dir = direction(language.value)
})

/** Runs a question; an answer that comes after the person has gone on is dropped. */
async function ask<T>(question: () => Promise<T>, show: (answer: T) => void): Promise<void> {
  const asked = screen.value
  try {
    const answer = await question()
    failed.value = false
    if (screen.value === asked) show(answer)
  } catch {
    if (screen.value === asked) failed.value = true
  }
}

/** The first screen's content belongs to a language, not to what is on the screen when it comes. */
export async function loadHome(): Promise<void> {
  const asked = language.value
  try {
    const view = await askHome(asked)
    if (language.value === asked) home.value = view
    failed.value = false
  } catch {
    failed.value = true
  }
}

export function goHome(): void {
  screen.value = { kind: 'home' }
  if (home.value) failed.value = false
  else void loadHome()
}

export function goResults(question: Question): Promise<void> {
  const before = screen.value
  // Narrowing keeps the old cards until the new ones are there: nothing jumps under a finger.
  screen.value = { kind: 'results', question, view: before.kind === 'results' ? before.view : undefined }
  return ask(() => askResults(language.value, question), (view) => (screen.value = { kind: 'results', question, view }))
}

export function showMore({ question, view }: Results): Promise<void> {
  const shown = view?.cards ?? []
  return ask(
    () => askResults(language.value, { ...question, from: shown.length }),
    (next) => (screen.value = { kind: 'results', question, view: { ...next, cards: [...shown, ...next.cards] } }),
  )
}

export function toggleFilter({ question }: Results, filter: Filter): Promise<void> {
  const filters = question.filters.includes(filter) ? question.filters.filter((one) => one !== filter) : [...question.filters, filter]
  return goResults({ ...question, filters })
}

export function goDetail(id: string): Promise<void> {
  const from = screen.value
  screen.value = { kind: 'detail', id, view: undefined, from }
  return ask(() => askDetail(language.value, id), (view) => (screen.value = { kind: 'detail', id, view, from }))
}

export function goEmergency(): Promise<void> {
  // The numbers are part of this page: they show at once and without the server.
  failed.value = false
  screen.value = { kind: 'emergency', view: undefined }
  return ask(() => askResults(language.value, { tile: 'emergency', filters: [] }), (view) => (screen.value = { kind: 'emergency', view }))
}

export function goBack(): void {
  const { value } = screen
  failed.value = false
  screen.value = value.kind === 'detail' ? value.from : value.kind === 'home' ? { kind: 'attract' } : { kind: 'home' }
}

/** Asks again for what is on the screen: after a change of language, or after a failure. */
export async function refresh(): Promise<void> {
  const { value } = screen
  await loadHome()
  if (value.kind === 'results') await goResults(value.question)
  if (value.kind === 'emergency') await goEmergency()
  if (value.kind !== 'detail') return
  await ask(() => askDetail(language.value, value.id), (view) => (screen.value = { ...value, view, from: { kind: 'home' } }))
}

export function speak(chosen: Language): void {
  if (chosen === language.value) return
  language.value = chosen
  void refresh()
}

/** Leaves this page for a fresh one: memory, focus and what was typed go with it; nothing else was ever kept. */
export function wipe(): void {
  location.replace('/')
}
