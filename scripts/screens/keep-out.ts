import { formsOf } from '../town/phone.ts'

/** What an operator does by hand: enters with a code, finds whoever is at `address`, and keeps that device out for the day. */
export async function keepOut(ops: string, code: string, address: string): Promise<void> {
  const url = (path: string): string => new URL(path, ops).href
  const post = (path: string, fields: Readonly<Record<string, string>>, cookie = ''): Promise<Response> =>
    fetch(url(path), { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields), headers: { cookie, origin: new URL(ops).origin } })
  const cookie = (await post('/operator/enter', { code })).headers.get('set-cookie')?.split(';', 1)[0]
  const found = await (await post('/operator/find', { needle: address }, cookie)).text()
  const form = formsOf(found).find(({ action }) => action.endsWith('/bar'))
  if (!form) throw new Error('the operator finds nobody there')
  await post(form.action, form.fields, cookie)
}
