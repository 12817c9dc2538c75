import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { until } from './curl.ts'
import { namespacesForbidden } from '#test/support/peer.ts'
import { echoRequest } from './icmp.ts'
import { createLab, type Lab } from './lab.ts'
import { UPSTREAM } from './network.ts'

describe.skipIf(namespacesForbidden())('the town of namespaces', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await createLab([{ name: 'phone', lan: 'lan0' }, { name: 'guest', lan: 'lan1' }])
  })
  afterAll(() => lab.close())

  test('when its worker is killed, everything in the town ends with it', async () => {
    const worker = fork(new URL('abandoned.ts', import.meta.url), { execArgv: [], silent: true })
    const [inside] = (await once(worker, 'message')) as [number]
    expect(existsSync(`/proc/${inside}`)).toBe(true)
    worker.kill('SIGKILL')
    await until(async () => !existsSync(`/proc/${inside}`), 2)
  })

  test('phones of both networks reach the upstream by both families while nothing filters, and are counted there', async () => {
    for (const name of ['phone', 'guest']) {
      for (const address of [UPSTREAM.v4, UPSTREAM.v6]) expect(await lab.in(name, echoRequest(address))).toMatchObject({ code: 0 })
      const { v4, v6 } = lab.clients[name]!
      const arrivals = await lab.arrivals()
      expect(arrivals.get(v4)).toBe(1)
      expect(arrivals.get(v6)).toBeGreaterThanOrEqual(1)
    }
  })
})
