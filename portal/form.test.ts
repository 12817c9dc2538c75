import { expect, test } from 'vitest'
import { MOST_FORM_BYTES, readForm } from './form.ts'

const TYPE = 'application/x-www-form-urlencoded'
function posted(body: NonNullable<RequestInit['body']>, type = TYPE): Request {
  return new Request('http://portal/connect', { method: 'POST', headers: { 'content-type': type }, body, duplex: 'half' } as RequestInit)
}

test('of a repeated field the first counts', async () => {
  const form = await readForm(posted('lang=fr&lang=ar&token=a%20b'))
  expect([form('lang'), form('token'), form('nothing'), form('__proto__')]).toEqual(['fr', 'a b', undefined, undefined])
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
