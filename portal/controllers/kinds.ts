// Every kind of foreign access controller, one row each; nothing below enumerates them again. The next ones (Meraki, Aruba,
// Cisco, Ruckus, wifidog, UniFi's newer interface) are rows to come.
import type { Effects } from '#shared/effects.ts'
import type { Credentials } from '../login/methods.ts'
import { authmonGate } from './authmon-gate.ts'
import type { Arrival, Controller, ControllerKind, Introduction, Redirect } from './controller.ts'
import { fasReturn, readFas } from './fas.ts'
import type { ForeignGate } from './foreign-gate.ts'
import { mikrotikLogin, readMikrotik } from './mikrotik.ts'
import { trustingGate } from './trusting-gate.ts'
import { readUam, uamLogoff, uamLogon } from './uam.ts'
import { readUnifi } from './unifi.ts'
import { unifiGate } from './unifi-gate.ts'

export type Kind = {
  /** Of return addresses for which the settings name no port. */
  readonly ports: readonly number[]
  /** Settings that it cannot do without. */
  readonly needs: readonly ('secret' | 'api' | 'radius' | 'addresses')[]
  read(redirect: Redirect, controller: Controller): Introduction
  /**
   * Where the phone goes with credentials about which its controller then asks our RADIUS server. Absent: we ask the server
   * ourselves, and `gate` opens.
   */
  readonly handOver?: (arrival: Arrival, controller: Controller, credentials: Credentials, then: string) => string | undefined
  /** Where the phone goes when it wants to leave, if its controller has such a place. */
  readonly leave?: (arrival: Pick<Arrival, 'back'>) => string
  /** Where the phone carries the word to the gateway by itself, after our gate has opened. */
  wayBack?(arrival: Arrival, controller: Controller, then: string): string | undefined
  gate?(controller: Controller, effects: Effects): ForeignGate
}

const isPolled = ({ level = 1 }: Pick<Controller, 'level'>): boolean => level >= 3

export const KINDS: Readonly<Record<ControllerKind, Kind>> = {
  opennds: {
    ports: [2050],
    needs: ['secret', 'addresses'],
    read: readFas,
    wayBack: (arrival, controller, then) => (isPolled(controller) ? undefined : fasReturn(arrival, then)),
    gate: (controller, effects) => (isPolled(controller) ? authmonGate : trustingGate)(controller, effects),
  },
  uam: { ports: [3990], needs: ['secret', 'addresses', 'radius'], read: readUam, handOver: uamLogon, leave: uamLogoff },
  unifi: { ports: [], needs: ['api'], read: readUnifi, gate: (controller, effects) => unifiGate(controller, effects) },
  mikrotik: { ports: [80, 443], needs: ['addresses', 'radius'], read: readMikrotik, handOver: mikrotikLogin },
}
