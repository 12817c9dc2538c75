import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { secretKey } from '#shared/keyed-mac.ts'
import type { MacAddress } from '#shared/personal.ts'
import { nds } from '#test/support/fas.ts'
import { START_MS, townEffects } from '#test/support/radius-town.ts'
import { behindOf, createControllerDesk } from './controller-desk.ts'
import { withExtrasRefused } from './untold.ts'

test('what one session was not told is no matter of the next one of its device', () => {
  const desk = createControllerDesk([nds(2)], secretKey(Buffer.alloc(32, 7)), townEffects(manualClock(START_MS)))
  const behind = { controller: 'nds', facts: { bind: 'ctl', once: 'nds 0123456789abcdef', rhid: 'r', gateway: 'g' } }
  const opened = desk.arrived(desk.stateOf('5c1dd920a0c1' as MacAddress, withExtrasRefused(behind)))
  expect(opened && behindOf(opened)).toEqual(behind)
})
