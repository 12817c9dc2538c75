import { reason } from '#shared/log.ts'
import { unreadable } from '#portal/theme/colours.ts'
import { loadLogo } from '#portal/theme/logo-file.ts'
import type { Wrong } from './radius-checks.ts'
import type { Settings } from './schema.ts'

/** Colours that cannot be read, each with its ratio, and a logo that cannot be shown. */
export function checkTheme({ city }: Settings, wrong: Wrong): void {
  for (const { key, text } of unreadable(city)) wrong(`city.${key}`, text)
  if (city.logo === undefined) return
  try {
    loadLogo(city.logo)
  } catch (error) {
    wrong('city.logo', reason(error))
  }
}
