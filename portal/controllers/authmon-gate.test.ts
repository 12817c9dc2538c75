import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import type { MacAddress } from '#shared/personal.ts'
import { authmonGate } from './authmon-gate.ts'
import type { Arrival } from './controller.ts'

const arrival: Arrival = { controller: 'nds', bind: 'claim', mac: '5c1dd920a0c1' as MacAddress, event: 'login', hints: {}, facts: {} }

test('while as many wait as may, nobody more is let try: a tap that comes to nothing is written down all the same', async () => {
  const clock = manualClock(0)
  const gate = authmonGate({ name: 'nds' }, { clock })
  const behind = (n: number) => ({ controller: 'nds', facts: { rhid: `r${n}`, gateway: 'g' } })
  const waiting = Array.from({ length: 512 }, (_, n) => gate.open({ mac: n.toString(16).padStart(12, '0') as MacAddress, mark: n + 1, seconds: 60, behind: behind(n) }).catch(() => 'lost'))
  await expect(gate.admits(arrival)).rejects.toMatchObject({ code: 'enforcer' })
  clock.advance(20_000)
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['lost']))
  expect(await gate.admits(arrival)).toBe(true)
})
