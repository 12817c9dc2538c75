import { array, assert, integer, property, record, string, type Arbitrary } from 'fast-check'
import { expect, test } from 'vitest'
import { readRecords, recordRoom, writeRecord, type AccountingRecord } from './record.ts'

const u32 = integer({ min: 0, max: 0xffff_ffff })
const octets = integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const text = string({ unit: 'grapheme', maxLength: 20 })
const anyRecord: Arbitrary<AccountingRecord> = record({
  status: integer({ min: 0, max: 255 }), cause: integer({ min: 0, max: 255 }), minute: u32, heardMinute: u32, seconds: u32,
  inputOctets: octets, outputOctets: octets, inputPackets: u32, outputPackets: u32, client: text, nas: text, session: text, user: text,
})

function written(records: readonly AccountingRecord[]): Buffer {
  const bytes = Buffer.alloc(records.reduce((room, one) => room + recordRoom(one), 0))
  return bytes.subarray(0, records.reduce((at, one) => writeRecord(one, bytes, at), 0))
}

test('a journal row gives back the reports that went into it, in their order', () => {
  assert(property(array(anyRecord, { maxLength: 20 }), (records) => void expect(readRecords(written(records))).toMatchObject(records)))
})

test('a row that was cut anywhere inside a report is refused', () => {
  const stop: AccountingRecord = {
    status: 2, cause: 4, minute: 29_000_000, heardMinute: 29_000_001, seconds: 60, inputOctets: 2 ** 40, outputOctets: 1, inputPackets: 2, outputPackets: 3,
    client: 'ap', nas: 'ap-é', session: 'f'.repeat(32), user: '',
  }
  const [one, two] = [written([stop]), written([stop, stop])]
  for (let end = 1; end < two.length; end++) {
    if (end === one.length) expect(readRecords(two.subarray(0, end))).toMatchObject([{ ...stop, key: `ap\0ap-é\0${'f'.repeat(32)}` }])
    else expect(() => readRecords(two.subarray(0, end))).toThrow(/no row of records/)
  }
})
