import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { followServer, type Following } from './client.ts'
import type { Feed } from './feeds.ts'
import { openControl, type Control } from './server.ts'

const MOST_FOLLOWERS = 8

let data: string
let control: Control
const tellers = new Set<(value: unknown) => void>()
const feed: Feed = (tell) => {
  tellers.add(tell)
  return () => void tellers.delete(tell)
}
const tellAll = (value: unknown): void => tellers.forEach((tell) => tell(value))

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'parvis-feeds-'))
  control = await openControl(join(data, 'control.sock'), new Map([['greet', () => 'hello']]), new Map([['news', feed]]))
})
afterEach(async () => {
  await control.close()
  rmSync(data, { recursive: true, force: true })
})

async function follow(): Promise<Following> {
  const following = await followServer(data, 'news')
  if (!following) throw new Error('the control socket is open')
  return following
}
const next = async ({ values }: Following): Promise<unknown> => (await values[Symbol.asyncIterator]().next()).value

test('each follower hears everything, and one that has gone is told nothing more', async () => {
  const [one, two] = [await follow(), await follow()]
  tellAll({ news: 1 })
  expect([await next(one), await next(two)]).toEqual([{ news: 1 }, { news: 1 }])
  one.stop()
  await expect.poll(() => tellers.size).toBe(1)
  tellAll({ news: 2 })
  expect(await next(two)).toEqual({ news: 2 })
})

test('when the server stops, the values end', async () => {
  const one = await follow()
  await control.close()
  expect(await next(one)).toBeUndefined()
})

test('a follower that does not read is dropped, and the others go on', async () => {
  const attentive = await follow()
  const asleep: Socket = createConnection(join(data, 'control.sock'))
  asleep.write('POST /news HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n')
  asleep.pause()
  await expect.poll(() => tellers.size).toBe(2)
  const long = 'x'.repeat(10_000)
  for (let i = 0; i < 200 && tellers.size > 1; i++) {
    tellAll(long)
    expect(await next(attentive)).toBe(long)
  }
  expect(tellers.size).toBe(1)
  asleep.destroy()
})

test('a ninth follower is refused in words, and has a place once another has gone', async () => {
  const all = await Promise.all(Array.from({ length: MOST_FOLLOWERS }, follow))
  await expect(follow()).rejects.toMatchObject({ code: 'busy' })
  all[0]?.stop()
  await expect.poll(() => tellers.size).toBe(MOST_FOLLOWERS - 1)
  await follow()
  expect(tellers.size).toBe(MOST_FOLLOWERS)
})
