import type { IpAddress, MacAddress } from '#shared/personal.ts'

/** A device behind a foreign access controller: which one, and what that one needs to recognise it by (portal/controllers). */
export type Behind = { readonly controller: string; readonly facts: Readonly<Record<string, string>> }

/** What a client may do from now on. Absent limits are no limits. */
export type Grant = {
  readonly mac: MacAddress
  /** Names the session to the kernel: all of a client's addresses and flows carry it. 1 … 2³¹−1, unique among the open. */
  readonly mark: number
  /** Whole seconds, ≥ 1: the kernel closes by itself when they have passed, with the portal down too. */
  readonly seconds: number
  readonly downKbps?: number
  readonly upKbps?: number
  /** Bytes in both directions together since the session began. After them nothing passes, or `slowKbps` each way. */
  readonly quotaBytes?: number
  readonly slowKbps?: number
  /** What the session had used before, for a gate that has forgotten it. */
  readonly used?: Usage
  /** Absent on our own network. */
  readonly behind?: Behind
}

/** Totals since the grant, in both families together. `up` is from the client. */
export type Usage = { readonly upBytes: number; readonly downBytes: number; readonly upPackets: number; readonly downPackets: number }
export const NO_USAGE: Usage = { upBytes: 0, downBytes: 0, upPackets: 0, downPackets: 0 }

export type OpenClient = {
  readonly mac: MacAddress
  readonly mark: number
  readonly secondsLeft: number
  readonly usage: Usage
  /** Whole seconds since its last packet, where the enforcer knows. */
  readonly quietSeconds?: number
  /** Name of the controller; absent on our own network. */
  readonly controller?: string
}

/**
 * The one place that lets packets through. Methods resolve once the kernel (or the controller) has confirmed.
 * @throws UnavailableError `enforcer` when it cannot be reached; the caller then tells the citizen and opens nothing.
 */
export type Enforcer = {
  readonly name: string
  /** Makes what is missing and keeps what is there: a restart must not cut anyone off. */
  start(): Promise<void>
  /** Lets the client through; for one that is open already it replaces the limits and keeps the counters. */
  open(grant: Grant): Promise<void>
  /** Shuts the client out, ends its flows, returns the last counters. Of one that is not open: `NO_USAGE`. The same MAC behind a controller is another client. */
  close(mac: MacAddress, controller?: string): Promise<Usage>
  /** Calls back with the mark of each client whose quota has run out, within a second or so. Absent where only counters tell. */
  onSpent?(listener: (mark: number) => void): void
  /** Calls back when another program had removed the rules, and they were made anew: everybody is shut out until opened again. */
  onRemade?(listener: () => void): void
  /** All that is open now. */
  list(): Promise<readonly OpenClient[]>
  /** Lets go of its helpers. What is open stays open (`on_portal_loss` decides before this is called). */
  stop(): Promise<void>
}

/** Who stands behind a source address. */
export type Asker =
  | {
      readonly kind: 'client'
      readonly mac: MacAddress
      /** Two hardware addresses claim this network address: reads only. */
      readonly contested: boolean
      /** The interface of ours it is behind, where there is one: tells the sites of one portal apart, whatever address it asked. */
      readonly interface?: string
      /** Introduced by a foreign access controller, and not on a network of ours. */
      readonly behind?: Behind
    }
  | { readonly kind: 'unknown' }

/** Knows the neighbours. */
export type Neighbours = {
  start(): Promise<void>
  /** Answers from memory; asks the kernel once when it does not know. */
  asker(address: string): Promise<Asker>
  /** Every address that the device has now; only the legal log asks. */
  addressesOf?(mac: MacAddress): readonly IpAddress[]
  /** Calls back with each device that appears on the network, and again at most once a minute while it stays. `network` is the interface of ours it is on, where there is one. */
  onSighting(listener: (mac: MacAddress, network?: string) => void): void
  stop(): Promise<void>
}
