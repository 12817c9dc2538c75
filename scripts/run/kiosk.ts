// The kiosk's part of the settings, and where phones find it.
import { isLanguage, LANGUAGES } from '#shared/i18n/texts.ts'
import type { KioskSettings } from '#kiosk/settings.ts'
import type { Settings } from '../settings/schema.ts'
import type { Ground } from './ground.ts'
import { sitesOf } from './sites.ts'

/** Where it listens: beside the portal unless told otherwise, so that phones that wait for the internet have the directory. */
function kioskHosts({ kiosk, portal }: Settings): readonly string[] {
  return kiosk.host ?? portal.host
}

/** By the name that phones know the gateway by, on the kiosk's own port. */
function besidePortal({ kiosk, portal }: Settings): string | undefined {
  if (kiosk.host !== undefined || kiosk.port === 0 || portal.url === undefined) return undefined
  return `http://${new URL(portal.url).hostname}:${kiosk.port}/`
}

export function kioskSettings({ settings, directories }: Ground): KioskSettings {
  const { kiosk } = settings
  const [site] = sitesOf(settings)
  const url = kiosk.url ?? besidePortal(settings)
  return {
    hosts: kioskHosts(settings),
    port: kiosk.port,
    acceptedHosts: kiosk.hosts,
    ...(url === undefined ? {} : { url }),
    dataDir: directories.data,
    directory: kiosk.directory === undefined ? { kind: 'sample' } : { kind: 'path', path: kiosk.directory },
    ...(settings.city.name !== undefined && { town: settings.city.name }),
    timezone: site?.timezone ?? 'Europe/Paris',
    languages: site?.languages.filter(isLanguage) ?? [...LANGUAGES],
  }
}
