import type { NeedId } from '#kiosk/directory/needs.ts'
import type { OrganizationKey } from './organizations.ts'
import type { PlaceKey } from './places.ts'

/** French, English, Arabic. */
export type Three = readonly [fr: string, en: string, ar: string]

/** One service of the sample town, written short; `town.ts` makes HSDS of it. */
export type SampleService = {
  readonly slug: string
  readonly by: OrganizationKey
  readonly at?: PlaceKey
  readonly needs: readonly NeedId[]
  readonly name: Three
  readonly text: Three
  /** `Mo-Fr 09:00-12:00,14:00-17:00; Sa 10:00-12:00`, or `1SA 14:00-17:00` for the first Saturday of the month. */
  readonly hours?: string
  /** Words about the hours. */
  readonly note?: string
  readonly phone?: string
  readonly free?: true
  readonly walkIn?: true
  readonly animals?: true
  readonly fees?: string
  readonly apply?: string
  readonly who?: string
  readonly bring?: readonly string[]
  /** Codes of the languages spoken there. */
  readonly speaks?: string
  readonly area?: string
  readonly alert?: string
  readonly suspended?: true
}
