/** The little that our tests use of npm's `radius` (node-radius), which has no types: our development oracle, with known faults. */
declare module 'radius' {
  export type OracleAttribute = readonly [name: string | number, value: unknown] | readonly [name: 'Vendor-Specific', vendor: number, attributes: readonly OracleAttribute[]] | readonly [name: string, tag: number, value: unknown]
  export type OraclePacket = {
    readonly code: string
    readonly identifier: number
    readonly attributes: Readonly<Record<string, unknown>>
    readonly raw_attributes: readonly (readonly [number, Buffer])[]
  }
  type Encode = { code: string; secret: string; identifier?: number; attributes: readonly OracleAttribute[]; add_message_authenticator?: boolean }
  const oracle: {
    /** Before the first packet: it reads dictionaries once. */
    add_dictionary(path: string): void
    encode(packet: Encode): Buffer
    encode_response(answer: { packet: OraclePacket; code: string; secret: string; attributes: OracleAttribute[] }): Buffer
    decode(packet: { packet: Buffer; secret: string }): OraclePacket
    verify_response(pair: { request: Buffer; response: Buffer; secret: string }): boolean
  }
  export default oracle
}
