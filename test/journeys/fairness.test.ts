import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MacAddress } from '#shared/personal.ts'
import { urlOf } from '#test/lab/curl.ts'
import { startEnforcer, type LabEnforcer } from '#test/lab/enforcer.ts'
import { createLab, type Inside, type Lab } from '#test/lab/lab.ts'
import { UPSTREAM } from '#test/lab/network.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'

const CLIENTS = 20
const GREEDY_FLOWS = 50
const DOWN_MBIT = 20
const UP_MBIT = 10
/** Of a full frame on the link. */
const FRAME_BYTES = 1_514
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const names = Array.from({ length: CLIENTS }, (_, index) => `phone${index}`)

describe.skipIf(namespacesForbidden() || absent('conntrack', 'curl', 'tc'))('twenty phones on one line, one of them greedy', () => {
  let lab: Lab
  let gateway: LabEnforcer
  const mac = (who: string) => lab.clients[who]?.mac.replaceAll(':', '') as MacAddress

  beforeAll(async () => {
    lab = await createLab(names.map((name) => ({ name, lan: 'lan0' })))
    // What arrives by a line comes in frames: no device gathered them.
    await lab.in('upstream', ['ip', 'link', 'set', 'dev', 'eth0', 'gso_max_segs', '1'])
    for (const name of names) await lab.in(name, ['ip', 'link', 'set', 'dev', 'wlan0', 'gso_max_segs', '1'])
    const world = lab.spawn('upstream', [process.execPath, 'test/lab/upstream.ts', '80'])
    ;[gateway] = await Promise.all([startEnforcer(lab, { downMbit: DOWN_MBIT, upMbit: UP_MBIT }), world.says('listening')])
    for (const [index, name] of names.entries()) await gateway.open({ mac: mac(name), mark: 1_000 + index, seconds: 600 })
  })
  afterAll(() => lab?.close())

  /** What came through to the far end: bytes that each phone received, or frames of each that the world received. */
  async function received(way: 'up' | 'down'): Promise<readonly number[]> {
    if (way === 'down') return Promise.all(names.map(async (name) => Number(/wlan0:\s*(\d+)/.exec((await lab.in(name, ['cat', '/proc/net/dev'])).stdout)?.[1])))
    const arrivals = await lab.arrivals()
    return names.map((name) => (arrivals.get(lab.clients[name]?.v6 ?? '') ?? 0) * FRAME_BYTES)
  }

  /** Bytes a second of each phone while all of them load the line. */
  async function shares(command: string, way: 'up' | 'down', seconds: number): Promise<readonly number[]> {
    const flows: Inside[] = names.map((name, index) => {
      const one = index === 0 ? `i=0; while [ $i -lt ${GREEDY_FLOWS} ]; do ${command} & i=$((i+1)); done; wait` : `exec ${command}`
      return lab.spawn(name, ['sh', '-c', one])
    })
    await wait(1_500)
    const before = await received(way)
    const began = performance.now()
    await wait(seconds * 1000)
    const after = await received(way)
    const took = (performance.now() - began) / 1000
    await Promise.all(flows.map(({ ended }) => ended))
    return after.map((bytes, index) => (bytes - (before[index] ?? 0)) / took)
  }

  test.each([
    ['down', DOWN_MBIT, `curl -sN -o /dev/null --max-time 4 ${urlOf(UPSTREAM.v4, '/stream?kBps=3000')}`],
    ['up', UP_MBIT, `curl -s -T - --max-time 4 ${urlOf(UPSTREAM.v6, '/sink')} </dev/zero`],
  ] as const)('on the way %s, each of the others gets at least four fifths of its twentieth of the line, and the line is full', async (way, mbit, command) => {
    const rates = await shares(command, way, 2)
    const line = (mbit * 1_000_000) / 8
    const [greedy = 0, ...others] = rates.map((rate) => rate / (line / CLIENTS))
    expect(Math.min(...others)).toBeGreaterThanOrEqual(0.8)
    expect(greedy).toBeLessThan(2)
    expect(rates.reduce((sum, rate) => sum + rate, 0)).toBeGreaterThan(0.85 * line)
  })

  test('a gateway that starts again finds its queues, and its phones keep their places in them', async () => {
    const classes = async () => (await lab.in('gateway', ['nft', 'list', 'map', 'inet', 'parvis', 'share'])).stdout.match(/1:[0-9a-f]+/g)?.sort()
    const before = await classes()
    expect(new Set(before).size).toBe(CLIENTS)
    await gateway.process.kill('SIGKILL')
    gateway = await startEnforcer(lab, { downMbit: DOWN_MBIT, upMbit: UP_MBIT })
    expect(await classes()).toEqual(before)
    await gateway.close(mac('phone3'))
    await gateway.open({ mac: mac('phone3'), mark: 2_000, seconds: 600 })
    expect(await classes()).toEqual(before)
  })
})
