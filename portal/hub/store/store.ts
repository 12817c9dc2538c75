import type { Ranges } from '#shared/batch.ts'
import type { PublicJwk } from '#shared/sign.ts'
import type { Event, RejectCode } from '../events.ts'
import type { CityTerms, CityVoucher, Ruling } from '../vouchers/grant.ts'

/**
 * What the hub keeps for one city. Every method is asynchronous, so that PostgreSQL can stand behind it too; a write resolves
 * only when it is on the medium. The city comes from the credential, never from the path: a store holds a single city.
 */
export type HubStore = {
  readonly devices: Devices
  readonly batches: Batches
  readonly codes: EnrolCodes
  readonly counts: Counts
  readonly staff: StaffStore
  readonly receiptHeads: ReceiptHeads
  readonly vouchers: CityVouchers
  close(): Promise<void>
}

export const DEVICE_STATES = ['active', 'quarantined', 'revoked'] as const
export type DeviceState = (typeof DEVICE_STATES)[number]
export type Device = {
  readonly kid: string
  /** The public name that stands in every batch. */
  readonly gateway: string
  readonly jwk: PublicJwk
  readonly state: DeviceState
}
export type NewDevice = { readonly kid: string; readonly gateway: string; readonly jwk: PublicJwk; readonly model: string; readonly epoch: string; readonly enrolledMs: number; readonly next: string }

export type Devices = {
  find(kid: string): Promise<Device | undefined>
  list(): Promise<Device[]>
  /** Adds a device, or gives the same key a new `next`; false when another key has that name. */
  enrol(device: NewDevice): Promise<boolean>
  /** Ends a quarantine: the next POST is taken whatever `next` it repeats. */
  release(kid: string): Promise<void>
  /** After a restore from backup every device gets one free pass (`hub.md` rule 7). */
  freePasses(): Promise<void>
}

/** A POST whose signature held. */
export type ReceivedPost = {
  readonly kid: string
  readonly gateway: string
  /** The `next` it repeats, from its signed header. */
  readonly next: string
  /** As it came, compressed: kept whole, because the signature is over it. */
  readonly body: Uint8Array
  readonly events: readonly Event[]
  readonly receivedMs: number
  /** Token for the reply, unless this POST was answered before. */
  readonly freshNext: string
}
export type Receipt =
  | { readonly kind: 'stored'; readonly acked: Ranges; readonly missing: Ranges; readonly rejected: readonly { readonly seq: number; readonly code: RejectCode }[]; readonly next: string; readonly repeated: boolean }
  /** It repeats a `next` that is not the last one, with other bytes: a copy of the device, or an old state of it. */
  | { readonly kind: 'quarantined' }

/** One stored event, as it was signed. */
export type StoredEvent = { readonly gateway: string; readonly epoch: string; readonly seq: number; readonly bytes: Buffer }

export type Batches = {
  /** Resolves after the commit that covers it; many POSTs share one. */
  receive(post: ReceivedPost): Promise<Receipt>
  /** Every stored event of a gateway with the bytes that were signed, in order of epoch and seq. */
  events(gateway: string): AsyncIterable<StoredEvent>
  /** Numbers below the highest that have not arrived, per epoch. */
  missing(gateway: string, epoch: string): Promise<Ranges>
  /** Alarms that nobody has looked at: conflicting bytes, times to come, malformed events. */
  quarantined(): Promise<number>
}

/** Signed heads over days of receipts. */
export type ReceiptHeads = {
  /** The newest days first, each with the key that signed it. */
  of(gateway: string, site: string, most: number): Promise<{ readonly day: string; readonly head: string; readonly key: PublicJwk }[]>
}

export type EnrolCodes = {
  /** False when `most` codes are live already. */
  add(hash: Buffer, expiresMs: number, nowMs: number, most: number): Promise<boolean>
  /** True for the first key that brings it in time, and for that key again: its first answer may have been lost. */
  use(hash: Buffer, kid: string, nowMs: number): Promise<boolean>
}

export type SiteRow = { readonly id: string; readonly name: string; readonly class: 'square' | 'busy'; readonly timezone: string; readonly demo: boolean }
export type CellRow = {
  readonly site: string
  readonly release: string
  readonly bin: string
  readonly fromMs: number
  readonly toMs: number
  readonly value: number
  readonly epsMilli: number
  readonly sdMilli: number
  /** Sixtieths of the interval during which the gateway counted. */
  readonly coverage: number
}
export type Counts = {
  /** By name, demonstration last. */
  sites(): Promise<SiteRow[]>
  site(id: string): Promise<SiteRow | undefined>
  /** Cells of a site whose interval begins in [fromMs, toMs), in a fixed order; of one release, or of all. */
  cells(site: string, fromMs: number, toMs: number, release?: string): Promise<CellRow[]>
  /** Instants at which the first cell and the last begin, of one site or of all; undefined when there is none. */
  span(site?: string): Promise<{ firstMs: number; lastMs: number } | undefined>
  /** Takes everything of the demonstration away; how many sites that were. */
  removeDemo(): Promise<number>
}

export type Account = { readonly name: string; readonly password: string; readonly role: string; readonly failures: number; readonly lastFailureMs: number }
export type StaffSession = { readonly account: string; readonly role: string; readonly openedMs: number; readonly seenMs: number }
export type StaffStore = {
  accounts(): Promise<number>
  /** False when the name is taken, or when it was to be the first account and is not. */
  addAccount(account: { name: string; password: string; role: string; first?: boolean }): Promise<boolean>
  account(name: string): Promise<Account | undefined>
  failed(name: string, nowMs: number): Promise<void>
  /** Lets an account that was refused too often try again. */
  forgive(name: string): Promise<void>
  /** Opens a session and forgets past failures. */
  open(hash: Buffer, account: string, nowMs: number): Promise<void>
  session(hash: Buffer): Promise<StaffSession | undefined>
  seen(hash: Buffer, nowMs: number): Promise<void>
  end(hash: Buffer): Promise<void>
  /** Forgets sessions opened before or not seen since. */
  sweep(openedBeforeMs: number, seenBeforeMs: number): Promise<void>
}

export type CityBatch = CityTerms & { readonly label: string; readonly madeDay: number; readonly void: boolean; readonly count: number }

/** What a gateway asks, its voucher known by the digest of its code. */
export type LeaseRequest = {
  readonly id: Buffer
  /** Digest of the code; undefined where `renews` says which voucher. */
  readonly voucher: Buffer | undefined
  readonly renews: Buffer | undefined
  readonly used: { readonly seconds: number; readonly octets: number }
  /** 0: only give back. */
  readonly places: number
  readonly minute: number
}
/** The voucher is told as it is after the ruling. */
export type LeaseOutcome = { readonly kind: 'ruled'; readonly ruling: Ruling; readonly voucher: CityVoucher } | { readonly kind: 'returned' } | { readonly kind: 'unknown' }

/** Vouchers whose balance the hub holds (`protocols.md` §7). No place of use is kept. */
export type CityVouchers = {
  /** False when the label is taken. */
  make(batch: CityTerms & { readonly label: string; readonly madeDay: number }, vouchers: readonly { readonly id: Buffer; readonly mark: number }[]): Promise<boolean>
  list(): Promise<CityBatch[]>
  /** How many vouchers are worth nothing from now on; undefined when there is no such batch. */
  void(label: string, minute: number): Promise<number | undefined>
  lease(request: LeaseRequest): Promise<LeaseOutcome>
  /** Of the newest vouchers that are good at this minute. */
  marks(minute: number, most: number): Promise<number[]>
  /** Leaves of leases that are over the hour alone, forgets those that were given back, and erases batches thirty days after they were over, some at a time; true when there is more. */
  tidy(minute: number): Promise<boolean>
}
