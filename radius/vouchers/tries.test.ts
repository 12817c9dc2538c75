import { expect, test } from 'vitest'
import { ask, pap } from '#test/support/account-town.ts'
import { ORDER, PHONE, TABLET, town } from '#test/support/metering-town.ts'

test('who guesses waits longer each time, is told nothing sooner by asking twice, and locks nobody out', async () => {
  const { make, source, clock, said } = town()
  const code = await make()
  const elsewhere = town()
  const guess = async (station: string) => source.decide(ask(await elsewhere.make({ label: `l${clock.monotonic()}${station}` }), pap('x'), station))
  for (const ms of [250, 500, 1_000, 2_000, 2_000]) {
    let told = false
    const answer = guess(PHONE).then((decision) => decision)
    void answer.then(() => (told = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(source.decide(ask(code, pap(code), PHONE))).toEqual({ kind: 'reject', reason: 'voucher_too_soon' })
    expect(await said(code, pap(code), TABLET)).toBe(7_200)
    clock.advance(ms - 1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toBe(false)
    clock.advance(1)
    expect(await answer).toEqual({ kind: 'reject', reason: 'voucher_unknown' })
  }
})

test('a device that was wrong waits however its access server spells its address', async () => {
  const { make, source, said } = town()
  const code = await make()
  void source.decide(ask(code, pap('x'), '02-00-00-00-00-0A'))
  expect([await said(code, pap(code), '02:00:00:00:00:0a'), await said(code, pap(code), TABLET)]).toEqual(['voucher_too_soon', 7_200])
})

test('a right code ends the waiting, and so do ten minutes without a wrong one', async () => {
  const { make, source, clock, said } = town()
  const code = await make()
  const elsewhere = town()
  const [wrong = ''] = await elsewhere.vouchers.make(ORDER)
  /** Milliseconds of its clock until the answer comes. */
  async function wait(): Promise<number> {
    let told = false
    void Promise.resolve(source.decide(ask(wrong, pap(wrong)))).then(() => (told = true))
    for (let ms = 0; ; ms += 250) {
      await new Promise((resolve) => setImmediate(resolve))
      if (told) return ms
      clock.advance(250)
    }
  }
  expect([await wait(), await wait()]).toEqual([250, 500])
  expect(await said(code)).toBe(7_200)
  expect([await wait(), await wait()]).toEqual([250, 500])
  clock.advance(600_000)
  expect(await wait()).toBe(250)
})

test('guesses are 25 a second at one client and a hundred everywhere, a fifth of them kept for devices that were let in; a second later there is room again', async () => {
  const { make, source, clock } = town()
  const code = await make({ devices: 2 })
  const elsewhere = town()
  const codes = await elsewhere.vouchers.make({ ...ORDER, count: 101 })
  function at(name: string, tried: string, station: string = PHONE): unknown {
    const question = ask(tried, pap(tried), station)
    return source.decide({ ...question, client: { ...question.client, name } })
  }
  const spoilt = { kind: 'reject', reason: 'voucher_tries' }
  const guess = (index: number): unknown => at(`ap-${Math.floor(index / 20)}`, codes[index] ?? '', `02-00-00-00-01-${index.toString(16).padStart(2, '0')}`)
  for (let index = 0; index < 20; index++) expect(guess(index)).toBeInstanceOf(Promise)
  expect([at('ap-0', code, TABLET), at('ap-1', code)]).toMatchObject([spoilt, { kind: 'accept' }])
  for (let index = 20; index < 80; index++) expect(guess(index)).toBeInstanceOf(Promise)
  expect([guess(80), at('ap-mairie', code, TABLET)]).toEqual([spoilt, spoilt])
  // The phone was let in before.
  expect([at('ap-0', code), at('ap-mairie', code)]).toMatchObject([{ kind: 'accept' }, { kind: 'accept' }])
  clock.advance(1_000)
  expect([at('ap-0', code, TABLET), at('ap-mairie', code, TABLET)]).toMatchObject([{ kind: 'accept' }, { kind: 'accept' }])
})

test('what is kept for devices that were let in is not theirs to guess with, and a code that lets in no further device makes none known', async () => {
  const { make, source } = town()
  const code = await make()
  const codes = await town().vouchers.make({ ...ORDER, count: 40 })
  const station = (index: number): string => `02-00-00-00-01-${index.toString(16).padStart(2, '0')}`
  expect(source.decide(ask(code, pap(code), PHONE))).toMatchObject({ kind: 'accept' })
  for (let index = 0; index < 40; index++) expect(source.decide(ask(code, pap(code), station(index)))).toEqual({ kind: 'reject', reason: 'voucher_in_use' })
  const said = codes.map((wrong, index) => source.decide(ask(wrong, pap(wrong), station(index))))
  expect(said.filter((decision) => decision instanceof Promise)).toHaveLength(20)
  expect(source.decide(ask(codes[0] ?? '', pap('x'), PHONE))).toBeInstanceOf(Promise)
  expect(source.decide(ask(codes[1] ?? '', pap('x'), PHONE))).toEqual({ kind: 'reject', reason: 'voucher_too_soon' })
})
