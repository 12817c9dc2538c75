import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { portalTown, settled, tokenOf, type PortalTown } from '#test/support/portal-town.ts'
import { dryRunNeighbours } from './gateway/dry-run.ts'

const SLOW_MS = 150
const ADDRESS = '127.0.0.21'

let town: PortalTown
beforeAll(async () => {
  town = await portalTown({
    // The kernel's table is read by a program, and a busy gateway takes its time.
    neighbours: (clock) => {
      const neighbours = dryRunNeighbours({ clock })
      return { ...neighbours, asker: async (ends) => (await new Promise((resolve) => setTimeout(resolve, SLOW_MS)), neighbours.asker(ends)) }
    },
  })
})
afterAll(() => town.close())

test.each(['end', 'resetAndDestroy'] as const)('a form that came whole is acted on although the window that sent it has closed (%s)', async (way) => {
  const token = tokenOf((await town.phone(ADDRESS).connect()).body)
  expect(town.portal.sessions.list()).toHaveLength(1)
  const { hostname, port } = new URL(town.portal.url)
  const body = `token=${token}`
  const socket = connect({ host: hostname, port: Number(port), localAddress: ADDRESS })
  socket.on('error', () => undefined)
  socket.write(`POST /disconnect HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  await new Promise((resolve) => setTimeout(resolve, SLOW_MS / 3))
  socket[way]()
  await settled(() => town.portal.sessions.list().length === 0)
})
