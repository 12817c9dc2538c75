import { expect, test } from 'vitest'
import type { IpAddress } from '#shared/personal.ts'
import { createNeighbourTable, parseNeighbour, type Neighbour } from './neighbour-table.ts'

function said(line: string): Neighbour {
  const neighbour = parseNeighbour(line)
  if (!neighbour) throw new Error(`not understood: ${line}`)
  return neighbour
}
const phone = '192.0.2.7' as IpAddress

test('a neighbour that answers is present, one that only once did is known but not present', () => {
  expect(said('192.0.2.7 dev lan0 lladdr 02:00:00:00:00:01 REACHABLE')).toEqual({ address: phone, device: 'lan0', mac: '020000000001', present: true })
  expect(said('192.0.2.7 dev lan0 lladdr 02:00:00:00:00:01 STALE').present).toBe(false)
  expect(said('fe80::1 dev lan0 lladdr 02:00:00:00:00:01 router REACHABLE')).toMatchObject({ address: 'fe80::1', present: true })
})

test('a neighbour that failed or was deleted has no hardware address', () => {
  expect(said('192.0.2.7 dev lan0 FAILED').mac).toBeUndefined()
  expect(said('Deleted 192.0.2.7 dev lan0 lladdr 02:00:00:00:00:01 STALE').mac).toBeUndefined()
})

test('groups and other chatter of ip are no neighbours', () => {
  for (const line of ['', 'miss', 'ff02::16 dev lan0 lladdr 33:33:00:00:00:16 NOARP', '224.0.0.251 dev lan0 lladdr 01:00:5e:00:00:fb NOARP', 'lan0 dev x']) {
    expect(parseNeighbour(line)).toBeUndefined()
  }
})

test('the table tells whoever is new at an address, forgets who left, and looks at the phones\' interfaces only', () => {
  const table = createNeighbourTable(['lan0', 'lan1'])
  expect(table.put(said('192.0.2.7 dev lan0 lladdr 02:00:00:00:00:01 STALE'))).toBe('020000000001')
  expect(table.put(said('192.0.2.7 dev lan0 lladdr 02:00:00:00:00:01 REACHABLE'))).toBeUndefined()
  expect(table.put(said('192.0.2.7 dev lan0 lladdr 02:00:00:00:00:02 REACHABLE'))).toBe('020000000002')
  table.put(said('192.0.2.7 dev lan1 lladdr 02:00:00:00:00:03 REACHABLE'))
  expect([...table.at(phone)]).toEqual([['lan0', '020000000002'], ['lan1', '020000000003']])
  table.put(said('Deleted 192.0.2.7 dev lan0 lladdr 02:00:00:00:00:02 STALE'))
  expect([...table.at(phone)]).toEqual([['lan1', '020000000003']])
  table.put(said('192.0.2.9 dev wan0 lladdr 02:00:00:00:00:04 REACHABLE'))
  expect(table.at('192.0.2.9' as IpAddress).size).toBe(0)
})
