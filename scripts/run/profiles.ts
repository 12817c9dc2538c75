import { profilesFrom, type ProfileRow, type Profiles } from '#radius/profiles.ts'
import type { PortalSettings } from '#portal/settings.ts'
import type { Settings } from '../settings/schema.ts'
import type { Ground } from './ground.ts'
import { sitesOf } from './sites.ts'

/** How often an access server, our own gateway too, is asked to tell where it stands. */
export const INTERIM_SECONDS = 300
const MEGABYTE = 1_000_000

type Limits = Pick<Settings['radius.profiles'][number], 'session_seconds' | 'idle_seconds' | 'down_kbps' | 'up_kbps' | 'quota_mb'>
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** 0 is kept: it lifts what the row would fall back to. */
function limitsOf(row: Limits): Omit<ProfileRow, 'method' | 'site'> {
  return {
    ...(row.session_seconds !== undefined && { sessionSeconds: row.session_seconds }),
    ...(row.idle_seconds !== undefined && { idleSeconds: row.idle_seconds }),
    ...(row.down_kbps !== undefined && { downKbps: row.down_kbps }),
    ...(row.up_kbps !== undefined && { upKbps: row.up_kbps }),
    ...(row.quota_mb !== undefined && { quotaBytes: row.quota_mb * MEGABYTE }),
  }
}

function rowOf(row: Settings['radius.profiles'][number]): ProfileRow {
  const { method, site, interim_seconds: interimSeconds, filter_id: filterId, sessions } = row
  const more: Mutable<ProfileRow> = { method, ...limitsOf(row) }
  if (site !== undefined) more.site = site
  if (interimSeconds !== undefined) more.interimSeconds = interimSeconds
  if (filterId !== undefined) more.filterId = filterId
  if (sessions !== undefined) more.sessions = sessions
  return more
}

/** `[[radius.profiles]]` over the limits of `[portal]`. */
export function profilesOf({ settings }: { readonly settings: Settings }): Profiles {
  const { session_seconds: sessionSeconds } = settings.portal
  const defaults = { interimSeconds: INTERIM_SECONDS, ...limitsOf(settings.portal), sessionSeconds }
  return profilesFrom(defaults, settings['radius.profiles'].map(rowOf), sitesOf(settings))
}

type PortalLimits = Pick<PortalSettings, 'sessionSeconds' | 'sessionSecondsAt' | 'idleSeconds' | 'downKbps' | 'upKbps' | 'quotaBytes'>

/**
 * What the portal tells before the tap, and what it fills in where the server says nothing. The server beside it has decided from
 * the same settings: there nothing is to be filled in, because what is absent was lifted.
 */
export function portalLimits({ settings, roles }: Pick<Ground, 'settings' | 'roles'>): PortalLimits {
  const sessionSeconds = settings.portal.session_seconds
  const decidesHere = roles.has('radius') && settings['radius.servers'].length === 0
  if (!decidesHere) return { ...limitsOf(settings.portal), sessionSeconds }
  const profiles = profilesOf({ settings })
  return { sessionSeconds, sessionSecondsAt: Object.fromEntries(sitesOf(settings).map(({ id }) => [id, profiles.at('click', id).sessionSeconds])) }
}
