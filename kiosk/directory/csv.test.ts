import { expect, test } from 'vitest'
import { parseCsv } from './csv.ts'

const fieldsOf = (text: string) => parseCsv(text).records.map((record) => record.fields)

test('quotes, doubled quotes, commas and line ends inside a field are read as RFC 4180 writes them', () => {
  expect(fieldsOf('a,"b ""c"", d",e\r\n1,"two\r\nlines",3\r\n')).toEqual([['a', 'b "c", d', 'e'], ['1', 'two\r\nlines', '3']])
})

test('a record knows its line even after fields of several lines', () => {
  expect(parseCsv('a,b\n"1\n2\n3",x\nlast,y').records.map((record) => record.line)).toEqual([1, 2, 5])
})

test('what French Excel saves is read: byte order mark and semicolons', () => {
  expect(fieldsOf('\ufeffnom;ville\r\n"Le Foyer; la Rive";Rivemont\r\n')).toEqual([['nom', 'ville'], ['Le Foyer; la Rive', 'Rivemont']])
})

test('empty fields and a missing last line end lose nothing, empty lines are no records', () => {
  expect(fieldsOf('a,,\n\n,b,c')).toEqual([['a', '', ''], ['', 'b', 'c']])
})

test('a quote that is never closed is named with its line, and what came before it is kept', () => {
  const { records, broken } = parseCsv('a,b\n1,2\n3,"open\n4,5\n')
  expect(records.map((record) => record.fields)).toEqual([['a', 'b'], ['1', '2']])
  expect(broken).toEqual({ line: 3, reason: 'a quote is never closed' })
})

test('a line of a thousand fields is refused before it fills the memory', () => {
  expect(parseCsv(','.repeat(1_000)).broken?.reason).toContain('more than 200 fields')
})
