import { mac, secretKey } from '#shared/keyed-mac.ts'
import type { DeviceKey } from '#shared/sign.ts'
import type { StaffStore } from '../store/store.ts'

const KEY_LABEL = 'parvis/staff-key/1'
const NAME_LABEL = 'parvis/staff-name/1'

/**
 * The staff's store, in which names are only `mac(name)` under a key that comes from the hub's own (protocols.md §3): who works
 * for the city is in no backup of hub.db. `session` therefore tells the digest and not the name.
 */
export function namelessStaff(staff: StaffStore, hubKey: DeviceKey): StaffStore {
  const key = secretKey(mac(secretKey(hubKey.privateKey.export({ type: 'pkcs8', format: 'der' })), KEY_LABEL))
  const digest = (name: string): string => mac(key, NAME_LABEL, name).toString('base64url')
  return {
    ...staff,
    addAccount: (account) => staff.addAccount({ ...account, name: digest(account.name) }),
    async account(name) {
      const account = await staff.account(digest(name))
      return account && { ...account, name }
    },
    failed: (name, nowMs) => staff.failed(digest(name), nowMs),
    forgive: (name) => staff.forgive(digest(name)),
    open: (hash, name, nowMs) => staff.open(hash, digest(name), nowMs),
  }
}
