// What RADIUS servers send within the letter of the RFC must not cost anyone the log-in.
import { afterEach, expect, test } from 'vitest'
import type { Authorisation, Nas } from '#radius/nas.ts'
import { portalSettings, portalTown, type PortalTown } from '#test/support/portal-town.ts'
import type { Grant } from '../gateway/enforcer.ts'
import { dryRunEnforcer } from '../gateway/dry-run.ts'
import { checkGrant, MOST_GRANT_SECONDS } from '../gateway/policy.ts'
import { limitsFrom } from './granting.ts'

let town: PortalTown | undefined
afterEach(async () => {
  await town?.close()
  town = undefined
})

/** A tap that RADIUS answers with `authorisation`, before a gate that is as strict as the kernel. */
async function granted(authorisation: Authorisation): Promise<Grant | undefined> {
  let grant: Grant | undefined
  const nas: Nas = { access: async () => ({ kind: 'accept', authorisation }), account: async () => true, close: async () => {} }
  town = await portalTown({
    nas: async () => nas,
    enforcer(clock) {
      const gate = dryRunEnforcer({ clock })
      return { ...gate, open: async (one) => (checkGrant(one), (grant = one), gate.open(one)) }
    },
  })
  expect((await town.phone('127.0.0.2').connect()).status).toBe(200)
  return grant
}

test('a rate of zero, or more than any line carries, is no limit', async () => {
  expect(await granted({ downKbps: 0, upKbps: 4_294_967_295 })).toEqual({ mac: '02007f000002', mark: expect.any(Number), seconds: 7_200 })
})

test('a Session-Timeout of all ones lasts as long as a gate can keep, and a quota of all ones is kept', async () => {
  expect(await granted({ sessionSeconds: 0xffff_ffff, quotaBytes: Number.MAX_SAFE_INTEGER })).toMatchObject({ seconds: MOST_GRANT_SECONDS })
})

test('an Idle-Timeout of zero shuts nobody out, and what RADIUS leaves open is filled from the settings', () => {
  const settings = portalSettings({ idleSeconds: 600, downKbps: 5_000 })
  expect(limitsFrom({ idleSeconds: 0 }, settings)).toEqual({ seconds: 7_200, limits: { downKbps: 5_000 } })
  expect(limitsFrom({ sessionSeconds: 60, upKbps: 1 }, settings)).toEqual({ seconds: 60, limits: { idleSeconds: 600, downKbps: 5_000, upKbps: 1 } })
})
