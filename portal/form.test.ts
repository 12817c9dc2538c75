import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { MOST_FORM_BYTES, readForm, type Posted } from './form.ts'

const TYPE = 'application/x-www-form-urlencoded'
function posted(body: NonNullable<RequestInit['body']>, type = TYPE): Posted {
  const raw = new Request('http://portal/connect', { method: 'POST', body, duplex: 'half' } as RequestInit)
  return { req: { header: () => type, raw }, env: {} }
}
function arriving(body: Readable): Posted {
  return { req: { header: () => TYPE, raw: { body: null } }, env: { body } }
}

test('of a repeated field the first counts', async () => {
  const form = await readForm(posted('lang=fr&lang=ar&token=a%20b'))
  expect([form('lang'), form('token'), form('nothing'), form('__proto__')]).toEqual(['fr', 'a b', undefined, undefined])
})

test('a form is read as its connection brings it', async () => {
  const form = await readForm(arriving(Readable.from([Buffer.from('token=a%2'), Buffer.from('0b&lang=fr')])))
  expect([form('token'), form('lang')]).toEqual(['a b', 'fr'])
})

test('one that is too long is refused while its connection stays open for the answer', async () => {
  const body = Readable.from(Array.from({ length: 40 }, () => Buffer.alloc(1_024, 'x')))
  await expect(readForm(arriving(body))).rejects.toThrow(/too long/)
  expect(body.destroyed).toBe(false)
})

test('a connection that goes away in the middle of a form without an error is no form either', async () => {
  const body = new Readable({ read: () => undefined })
  const reading = readForm(arriving(body))
  body.push('token=')
  body.destroy()
  await expect(reading).rejects.toMatchObject({ name: 'MalformedError', code: 'form' })
})

test('so is one that had gone away before it was asked for', async () => {
  const body = new Readable({ read: () => undefined })
  body.push('token=')
  body.destroy()
  await new Promise((resolve) => setImmediate(resolve))
  await expect(readForm(arriving(body))).rejects.toMatchObject({ name: 'MalformedError', code: 'form' })
})

const broken = () =>
  new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('token=')),
    pull: (controller) => controller.error(new Error('aborted')),
  })

test.each([
  ['another type', () => posted('{}', 'application/json')],
  ['too long', () => posted('x'.repeat(MOST_FORM_BYTES + 1))],
  ['too many fields', () => posted('a&'.repeat(101))],
  ['cut short by whoever hung up', () => posted(broken())],
])('a form that is %s is malformed, and no failure of the portal', async (_, request) => {
  await expect(readForm(request())).rejects.toMatchObject({ name: 'MalformedError', code: 'form' })
})
