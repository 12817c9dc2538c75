// The foreign access controllers of the settings, and how a session at one of them is ended.
import { readFileSync } from 'node:fs'
import { X509Certificate } from 'node:crypto'
import type { ApiSettings, ControllerSettings } from '#portal/controllers/controller.ts'
import type { RunningRadius } from '#radius/main.ts'
import { UsageError } from '#shared/errors.ts'
import { parseMacAddress, type MacAddress } from '#shared/personal.ts'
import type { Settings } from '../settings/schema.ts'

type Row = Settings['controllers'][number]

/** @throws UsageError `controllers` when the file is no certificate: better at the start than at the first guest. */
function certificateOf({ name, api_certificate: path }: Row): string | undefined {
  if (path === undefined) return undefined
  try {
    const pem = readFileSync(path, 'utf8')
    void new X509Certificate(pem)
    return pem
  } catch (cause) {
    throw new UsageError('controllers', `controller ${name}: api_certificate ${path} cannot be read as a PEM certificate`, { cause })
  }
}

function apiOf(row: Row): ApiSettings | undefined {
  const { api_url: url, api_user: user, api_password: password, api_site: site } = row
  const certificate = certificateOf(row)
  return url === undefined || user === undefined || password === undefined ? undefined : { url, user, password, site, ...(certificate !== undefined && { certificate }) }
}

export function controllersOf({ controllers }: Pick<Settings, 'controllers'>): readonly ControllerSettings[] {
  return controllers.map((row) => {
    const api = apiOf(row)
    return {
      name: row.name, kind: row.kind, addresses: row.addresses, level: row.fas_level,
      ...(row.site !== undefined && { site: row.site }),
      ...(row.secret !== undefined && { secret: row.secret }),
      ...(row.poll_from.length > 0 && { pollFrom: row.poll_from }),
      ...(row.radius_client !== undefined && { radiusClient: row.radius_client }),
      ...(api && { api }),
    }
  })
}

/** Asks the access server, by its name as a RADIUS client, that keeps the session of this user and device to end it; false when it did not, or none does. */
export function hangUpBy({ live, endings }: Pick<RunningRadius, 'live' | 'endings'>) {
  return async function hangUp(user: string, mac: MacAddress, client: string): Promise<boolean> {
    for (const session of live.all()) {
      if (session.origin.client !== client || session.userName !== user || parseMacAddress(session.callingStationId ?? '') !== mac) continue
      return (await endings.end(session, 'holder')).kind === 'done'
    }
    return false
  }
}
