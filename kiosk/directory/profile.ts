import * as v from 'valibot'

/**
 * What HSDS has no word for: which town this is, its clock, where the kiosk stands, and whether it is a demonstration.
 * Written as the object `parvis` beside the tables of a JSON directory.
 */
export type Profile = {
  readonly town: string
  /** IANA name: all hours of the directory are wall time there. */
  readonly timezone: string
  /** Where distances are measured from. */
  readonly place?: { readonly name: string; readonly latitude: number; readonly longitude: number } | undefined
  /** The screen says so wherever the town is shown. */
  readonly demonstration: boolean
  /** Day (YYYY-MM-DD) the directory was put together: "data of …". */
  readonly dated?: string | undefined
  /** Whose emergency numbers are shown (ISO 3166-1 alpha-2). */
  readonly country: string
  /** Language the directory is written in (BCP 47); translations stand beside it. */
  readonly language: string
}

export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const schema = v.object({
  town: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  timezone: v.pipe(v.string(), v.check(isTimezone, 'timezone is no IANA name')),
  place: v.optional(
    v.object({
      name: v.pipe(v.string(), v.maxLength(120)),
      latitude: v.pipe(v.number(), v.minValue(-90), v.maxValue(90)),
      longitude: v.pipe(v.number(), v.minValue(-180), v.maxValue(180)),
    }),
  ),
  demonstration: v.optional(v.boolean(), false),
  dated: v.optional(v.pipe(v.string(), v.isoDate())),
  country: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{2}$/)), 'FR'),
  language: v.optional(v.pipe(v.string(), v.regex(/^[a-z]{2,3}$/)), 'fr'),
})

/** The profile, or undefined after `tell(reason)` when it is not well formed. */
export function profileOf(raw: unknown, tell: (reason: string) => void): Profile | undefined {
  const parsed = v.safeParse(schema, raw)
  if (parsed.success) return parsed.output
  tell(`profile not used: ${parsed.issues.map((issue) => `${v.getDotPath(issue) ?? ''} ${issue.message}`).join('; ')}`)
  return undefined
}
