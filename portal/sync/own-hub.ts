import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Db } from '#shared/db/open.ts'
import { UsageError } from '#shared/errors.ts'
import type { DeviceKey, PublicJwk, PublicKey } from '#shared/sign.ts'
import { outboxWrites, readOutbox } from './outbox.ts'

/** The hub in this process, as far as its own gateway needs it. */
export type OwnHub = {
  knows(kid: string): Promise<boolean>
  enrolOwn(device: { key: PublicKey; gateway: string; epoch: string; model: string }): Promise<{ hub: PublicJwk; next: string } | undefined>
}
export type OwnGateway = { readonly gateway: string; readonly epoch: string; readonly key: DeviceKey; readonly reader: Db; readonly durable: DurableWriter }

/**
 * Enrols this process's gateway at this process's hub, unless both know each other already.
 * @throws UsageError `gateway_name` when the hub knows that name with another key.
 */
export async function enrolAtOwnHub(hub: OwnHub, own: OwnGateway): Promise<void> {
  if (readOutbox(own.reader).next() !== undefined && (await hub.knows(own.key.kid))) return
  const { kid, key, jwk } = own.key
  const enrolled = await hub.enrolOwn({ key: { kid, key, jwk }, gateway: own.gateway, epoch: own.epoch, model: 'embedded' })
  if (!enrolled) throw new UsageError('gateway_name', `the hub knows a gateway "${own.gateway}" with another key: restore its device key, or rename it`)
  await own.durable.write(...outboxWrites.enrolled(JSON.stringify(enrolled.hub), enrolled.next))
}
