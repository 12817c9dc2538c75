/** What the table says of an attribute, and the five places where one can stand. */
import type { ValueType } from '../values.ts'

/** RFC 2865 §5.2 hides User-Password under the request's authenticator; RFC 2868 §3.5 and RFC 2548 §2.4.2 add a salt. */
export type Hiding = 'user-password' | 'salted'

/** A row of the table. */
export type AttributeRow<V = unknown> = {
  readonly name: string
  /** Among its neighbours: in RADIUS's own space, in its vendor's, among extended types, or inside a TLV. */
  readonly number: number
  readonly type: ValueType<V>
  readonly hidden: Hiding | undefined
  /** The vendor's enterprise number; 0 for what the RFCs define. */
  readonly vendor: number
  /** The attribute that it stands in: 26 for a vendor's, 241 to 246 for an extended one (RFC 6929 §2); 0 when it is one itself. */
  readonly carrier: number
  /** The TLV that it stands in, if it does (RFC 6929 §2.3). */
  readonly within: AttributeRow | undefined
}

/** What a table writes of a row; the rest is the same for the whole table. */
export type Draft<V> = { readonly number: number; readonly type: ValueType<V>; readonly hidden: Hiding | undefined }
type Drafts = Readonly<Record<string, Draft<unknown>>>
export type Rows<Table> = { readonly [Name in keyof Table]: Table[Name] extends Draft<infer V> ? AttributeRow<V> : never }
type Place = Pick<AttributeRow, 'vendor' | 'carrier' | 'within'>

export const VENDOR_SPECIFIC = 26
/** RFC 6929 §2.1 and §2.2: the types of 241 to 244 have one more byte of number, 245 and 246 also a byte of flags. */
export const FIRST_EXTENDED = 241
export const FIRST_LONG_EXTENDED = 245
export const LAST_EXTENDED = 246
export type Carrier = 241 | 242 | 243 | 244 | 245 | 246

export const row = <V>(number: number, type: ValueType<V>, hidden?: Hiding): Draft<V> => ({ number, type, hidden })

function placed<Table extends Drafts>({ vendor, carrier, within }: Place, table: Table): Rows<Table> {
  const rows = Object.entries(table).map(([name, { number, type, hidden }]) => [name, { name, number, type, hidden, vendor, carrier, within }])
  return Object.fromEntries(rows) as Rows<Table>
}

/** RADIUS's own space. */
export function own<Table extends Drafts>(table: Table): Rows<Table> {
  return placed({ vendor: 0, carrier: 0, within: undefined }, table)
}

/** In Vendor-Specific, in the form that RFC 2865 §5.26 recommends. */
export function ofVendor<Table extends Drafts>(vendor: number, table: Table): Rows<Table> {
  return placed({ vendor, carrier: VENDOR_SPECIFIC, within: undefined }, table)
}

/** RFC 6929 §2.1, §2.2; with a vendor §2.4 (Extended-Vendor-Specific). */
export function extended<Table extends Drafts>(carrier: Carrier, table: Table, vendor = 0): Rows<Table> {
  return placed({ vendor, carrier, within: undefined }, table)
}

/** What stands inside a TLV. */
export function inside<Table extends Drafts>(within: AttributeRow, table: Table): Rows<Table> {
  return placed({ vendor: within.vendor, carrier: within.carrier || within.number, within }, table)
}
