import type { SiteClass } from '../place.ts'
import { noiseSdMilli } from './sampler.ts'

/**
 * Every number that may leave, with what it costs (privacy.md, Releases). One row holds all there is to know; the class and
 * the profile are fixed before anybody comes, never chosen from the data.
 */
export const PROFILES = ['standard', 'strict'] as const
export type Profile = (typeof PROFILES)[number]

export const PERIODS = ['hour', 'day', 'week'] as const
export type Period = (typeof PERIODS)[number]

/** What adds to a release: the first association of the site-day, a session start, the connected time at close. */
export type Feed = 'arrival' | 'session' | 'dwell'

export type Release = {
  /** What cells carry. Within a class, name and period together are unique. */
  readonly name: string
  readonly class: SiteClass
  readonly period: Period
  /** The most by which one device-day changes this release, summed over its cells. */
  readonly delta: number
  /** Undefined: not in this profile. */
  readonly epsMilli: Readonly<Record<Profile, number | undefined>>
  readonly bins: readonly string[]
  /** Undefined on rows that are in the budget but that nothing feeds yet: they draw and release nothing. */
  readonly feed: Feed | undefined
}

/** A release that is drawn, counted and let out. */
export type FedRelease = Release & { readonly period: 'hour' | 'day'; readonly feed: Feed }

export const ONE_BIN = 'all'

/** Upper edges of the dwell bins in minutes, doubling; the eighth bin has none. */
const DWELL_EDGES_MINUTES = [5, 10, 20, 40, 80, 160, 320] as const
export const DWELL_BINS: readonly string[] = [
  ...DWELL_EDGES_MINUTES.map((edge, index) => `${index === 0 ? 0 : DWELL_EDGES_MINUTES[index - 1]}-${edge}min`),
  `${DWELL_EDGES_MINUTES.at(-1)}min+`,
]

/** The one bin of a connected time. */
export function dwellBin(connectedMs: number): string {
  const index = DWELL_EDGES_MINUTES.findIndex((edge) => connectedMs < edge * 60_000)
  const bin = DWELL_BINS[index < 0 ? DWELL_BINS.length - 1 : index]
  if (bin === undefined) throw new TypeError('DWELL_BINS has one bin more than edges')
  return bin
}

type Row = [name: string, period: Period, delta: number, standard: number, strict: number | undefined, feed?: Feed | undefined, bins?: readonly string[]]

const SQUARE: readonly Row[] = [
  ['arrivals', 'day', 1, 1_000, 250, 'arrival'],
  ['sessions', 'day', 3, 1_000, 250, 'session'],
  ['arrivals-by-hour', 'week', 1, 500, 125],
  ['dwell', 'week', 1, 500, 125, undefined, DWELL_BINS],
  ['language', 'week', 1, 500, 125],
  ['method', 'week', 1, 250, 60],
  ['bytes', 'week', 20, 250, 60],
]

const BUSY: readonly Row[] = [
  ['arrivals', 'hour', 1, 350, 175, 'arrival'],
  ['arrivals', 'day', 1, 150, 75, 'arrival'],
  ['sessions', 'hour', 3, 750, 375, 'session'],
  ['dwell', 'day', 1, 250, 125, 'dwell', DWELL_BINS],
  ['language', 'week', 1, 150, 75],
  ['method', 'week', 1, 100, 50],
  ['bytes', 'day', 20, 250, 125],
  ['distinct-devices', 'day', 1, 2_000, undefined],
]

function rows(siteClass: SiteClass, table: readonly Row[]): Release[] {
  return table.map(([name, period, delta, standard, strict, feed, bins = [ONE_BIN]]) => ({ name, class: siteClass, period, delta, epsMilli: { standard, strict }, bins, feed }))
}

export const RELEASES: readonly Release[] = [...rows('square', SQUARE), ...rows('busy', BUSY)]

function isFed(release: Release): release is FedRelease {
  return release.feed !== undefined && release.period !== 'week'
}

/** A release as one site-day runs it. */
export type RunningRelease = FedRelease & { readonly key: string; readonly eps: number; readonly sdMilli: number }

/** How the ledger names a release: the cell's name alone would not tell the hours of busy arrivals from their day. */
export function releaseKey(release: Release): string {
  return `${release.name}/${release.period}`
}

function running(siteClass: SiteClass, profile: Profile): readonly RunningRelease[] {
  return RELEASES.filter((release) => release.class === siteClass)
    .filter(isFed)
    .flatMap((release) => {
      const eps = release.epsMilli[profile]
      return eps === undefined ? [] : [{ ...release, key: releaseKey(release), eps, sdMilli: noiseSdMilli(eps, release.delta) }]
    })
}

const RUNNING: Readonly<Record<SiteClass, Readonly<Record<Profile, readonly RunningRelease[]>>>> = {
  square: { standard: running('square', 'standard'), strict: running('square', 'strict') },
  busy: { standard: running('busy', 'standard'), strict: running('busy', 'strict') },
}

/** The releases that a site of this class lets out under this profile. */
export function releasesOf(siteClass: SiteClass, profile: Profile): readonly RunningRelease[] {
  return RUNNING[siteClass][profile]
}
