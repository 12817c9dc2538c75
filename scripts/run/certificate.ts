// The portal's door with TLS: where its certificate lies or comes from, and who is told of it.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { publicKey, type DeviceKey } from '#shared/sign.ts'
import { oneFile, together, twoFiles } from '#portal/certificate/files.ts'
import { startFromHub } from '#portal/certificate/from-hub.ts'
import type { TlsParts } from '#portal/certificate/secure-door.ts'
import { createAdvertiser } from '#portal/gateway/network/advertiser.ts'
import { createAnnouncements, type Announcements } from '#portal/gateway/network/announcements.ts'
import type { Hub } from '#portal/hub/main.ts'
import { readOutbox } from '#portal/sync/outbox.ts'
import type { Delivery } from './delivery.ts'
import type { Ground } from './ground.ts'
import { networkFilesOf } from './network.ts'
import { writeWhole } from './secrets.ts'
import { doorsOf } from './sites.ts'

export type CertificateGround = { readonly key: DeviceKey; readonly hub: Hub | undefined; readonly delivery: Delivery | undefined }

/** Only where phones come by a network of ours. */
function announcementsOf({ settings, directories, effects }: Ground): Announcements | undefined {
  const { enforcer, lan } = settings.gateway
  if (enforcer === 'dry-run' || !lan || directories.runtime === undefined) return undefined
  return createAnnouncements(networkFilesOf(directories), settings.network.ipv6 ? createAdvertiser(lan, effects) : undefined, effects)
}

function reachable(address: string): boolean {
  return !address.toLowerCase().startsWith('fe80:')
}

/** Key and chain by way of the hub, in one file of the data directory; what waits for its chain lies beside. */
function fromHub({ settings, directories, effects }: Ground, { key, hub, delivery }: CertificateGround): Pick<TlsParts, 'read' | 'renew'> {
  const file = join(directories.data, 'tls.pem')
  const waiting = join(directories.data, 'tls.waiting')
  const url = hub?.origin ?? settings.hub.url
  const read = oneFile(file)
  if (url === undefined || !delivery) return { read }
  const outbox = readOutbox(delivery.books.store.reader)
  return {
    read,
    renew(keeper) {
      return startFromHub(
        {
          url,
          device: key,
          fetch: hub?.fetch ?? fetch,
          hub() {
            const pinned = outbox.hub()
            return pinned === undefined ? undefined : publicKey(JSON.parse(pinned))
          },
          waiting: {
            read: () => (existsSync(waiting) ? readFileSync(waiting, 'utf8') : undefined),
            keep: (text) => (text === undefined ? rmSync(waiting, { force: true }) : writeWhole(waiting, text)),
          },
          judgement: keeper.judgement,
          keep(pair) {
            writeWhole(file, together(pair))
            keeper.look()
          },
        },
        effects,
      )
    },
  }
}

export function tlsParts(ground: Ground, parts: CertificateGround): TlsParts | undefined {
  const { tls_port, tls_cert, tls_key, domain } = ground.settings.portal
  if (tls_port === undefined) return undefined
  const announcements = announcementsOf(ground)
  const own = tls_cert !== undefined && tls_key !== undefined ? { read: twoFiles(tls_cert, tls_key) } : fromHub(ground, parts)
  return {
    port: tls_port,
    ...own,
    // The hub chooses the name of what it gets: another would never fit.
    ...(tls_cert !== undefined && domain !== undefined && { domain }),
    addresses: () => doorsOf(ground.settings).flatMap(({ addresses }) => addresses.filter(reachable)),
    ...(announcements && { announcements }),
  }
}
