import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { createPasswordChecks } from './password-checks.ts'

/** Checks that take 25 ms each of a clock that a test moves. */
function desk(processors?: number) {
  const clock = manualClock(0)
  const checks = createPasswordChecks(clock, processors)
  let running = 0
  let most = 0
  const done: string[] = []
  function check(name: string, client = 'ap'): boolean {
    const answer = checks.run(client, () => {
      most = Math.max(most, ++running)
      return new Promise((resolve) => {
        clock.after(25, () => {
          running--
          resolve(true)
        })
      })
    })
    void answer?.then(() => done.push(name))
    return answer !== undefined
  }
  function imitate(name: string, client = 'ap'): boolean {
    const answer = checks.imitate(client)
    void answer?.then(() => done.push(name))
    return answer !== undefined
  }
  async function pass(ms: number): Promise<void> {
    for (let at = 0; at < ms; at++) {
      clock.advance(1)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { check, imitate, pass, done, most: () => most }
}

test('one check at a time on one or two processors, two where there are more, in the order of asking', async () => {
  for (const [processors, most] of [[1, 1], [2, 1], [3, 2], [16, 2]] as const) {
    const { check, pass, done, ...rest } = desk(processors)
    for (let i = 0; i < 6; i++) expect(check(`c${i}`)).toBe(true)
    await pass(200)
    expect([processors, rest.most(), done]).toEqual([processors, most, ['c0', 'c1', 'c2', 'c3', 'c4', 'c5']])
  }
})

test('what could not be answered within three seconds is refused at once, a stranger like a person, and later there is room again', async () => {
  const { check, imitate, pass, done } = desk()
  for (let i = 0; i < 20; i++) check('before')
  await pass(600)
  let taken = 0
  while (check('waits', `ap-${taken % 4}`)) taken++
  // 2.5 s at 25 ms each.
  expect(taken).toBe(101)
  expect(imitate('stranger')).toBe(false)
  await pass(100)
  expect(imitate('stranger')).toBe(true)
  await pass(2_600)
  expect(done.filter((one) => one === 'waits')).toHaveLength(101)
  expect(check('after')).toBe(true)
})

test('one access server takes half of the turns, and is told the same of strangers; another has the rest', async () => {
  const { check, imitate, pass, done } = desk()
  for (let i = 0; i < 20; i++) check('before')
  await pass(600)
  let taken = 0
  while (check('flood', 'ap-mad')) taken++
  expect(taken).toBe(51)
  expect([imitate('stranger', 'ap-mad'), imitate('stranger', 'ap-mairie'), check('anne', 'ap-mairie')]).toEqual([false, true, true])
  await pass(1_310)
  expect(done).toContain('anne')
  expect(check('flood', 'ap-mad')).toBe(true)
})

test('an imitation is over when a check in its place would have been, and takes nobody’s turn', async () => {
  const { check, imitate, pass, done } = desk()
  check('first')
  await pass(30)
  for (let i = 0; i < 4; i++) check(`c${i}`)
  for (let i = 0; i < 500; i++) imitate('stranger')
  check('c4')
  await pass(124)
  expect(done).toEqual(['first', 'c0', 'c1', 'c2', 'c3'])
  await pass(3)
  expect(done.filter((one) => one !== 'stranger')).toEqual(['first', 'c0', 'c1', 'c2', 'c3', 'c4'])
  expect(done.filter((one) => one === 'stranger')).toHaveLength(500)
})

test('no more than a thousand strangers are kept waiting; the others are refused at once', () => {
  const { imitate } = desk()
  let taken = 0
  while (imitate('stranger')) taken++
  expect(taken).toBe(1_024)
})

test('a check that fails is told, and the next has its turn', async () => {
  const checks = createPasswordChecks(manualClock(0))
  const failing = checks.run('ap', () => Promise.reject(new Error('damaged')))
  const next = checks.run('ap', async () => true)
  await expect(failing).rejects.toThrow('damaged')
  expect(await next).toBe(true)
})
