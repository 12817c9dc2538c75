import { loadLogo } from '#portal/theme/logo-file.ts'
import type { Theme } from '#portal/theme/look.ts'
import type { Settings } from '../settings/schema.ts'

/** What was checked when the settings were read. */
export function themeOf({ city }: Settings): Theme {
  const { logo, square, square_dark, sun, sun_dark } = city
  return { square, square_dark, sun, sun_dark, ...(logo !== undefined && { logo: loadLogo(logo) }) }
}
