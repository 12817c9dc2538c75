import { Hono } from 'hono'
import type { Effects } from '#shared/effects.ts'
import type { Language } from '#shared/i18n/texts.ts'
import type { HubStore } from '../store/store.ts'
import type { Setup } from './setup.ts'
export type StaffParts = { readonly store: HubStore; readonly setup: Setup; readonly origin: () => string; readonly city: string; readonly languages: readonly Language[] }
export function staffApp(_parts: StaffParts, _effects: Effects): Hono {
  return new Hono()
}
