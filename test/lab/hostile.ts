// A phone that says what nobody should say wherever it is asked, and is online and off again in between: PORTAL ADDRESS, where ADDRESS
// is its own. Ends with a line of JSON: how much it asked, how often it was online, and what was wrong with the answers.
import { ROUTES } from '#portal/app.ts'
import { formsOf } from '#scripts/town/phone.ts'
import { each, faultOf, filled, HOSTILE, MARKUP, namesRead, NEEDLE, queriesOf } from '#test/support/hostile.ts'
import { tokenOf } from '#test/support/portal-town.ts'
import { rawHttp } from '#test/support/raw-http.ts'

const FORM = 'application/x-www-form-urlencoded'
const [portal = '', from = ''] = process.argv.slice(2)
const { host } = new URL(portal)
const { fields, parameters } = namesRead()
const names = [...new Set([...parameters, ...fields])]
const faults: string[] = []
let asked = 0
let online = 0

const HEADS = {
  ordinary: `Host: ${host}\r\n`,
  hostile: `Host: ${host}\r\nUser-Agent: ${MARKUP} $(${NEEDLE})\r\nAccept-Language: ${NEEDLE};q=1\r\nCookie: ${NEEDLE}=${NEEDLE}\r\nReferer: http://${NEEDLE}.example/\r\nX-Forwarded-For: ${NEEDLE}\r\n`,
  'a foreign host': `Host: ${NEEDLE}.example\r\nAccept: text/html\r\n`,
} as const

async function ask(method: string, target: string, head: string, body = '', own = true): Promise<string> {
  asked++
  const form = method === 'POST' ? `Content-Type: ${FORM}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` : ''
  const { text } = await rawHttp({ origin: portal, bytes: `${method} ${target} HTTP/1.1\r\n${head}${form}Connection: close\r\n\r\n${body}`, from })
  const fault = faultOf(text, portal)
  if (own && fault !== undefined) faults.push(`${method} ${target.slice(0, 60)}: ${fault}`)
  return text
}
const get = (target: string) => ask('GET', target, HEADS.ordinary)
const post = (target: string, right: Readonly<Record<string, string>>, more = '') => ask('POST', target, HEADS.hostile, `${new URLSearchParams(right).toString()}&${more}`)

/** @param more behind what the form itself has: of a repeated field the first is read. */
async function tap(more = ''): Promise<string> {
  const form = formsOf(await get('/')).find(({ action }) => action.startsWith('/connect'))
  const page = await post('/connect', form?.fields ?? {}, more)
  if (page.includes('/s/')) online++
  return page.includes('/s/') ? tokenOf(page) : ''
}

const token = await tap()
const code = (await get(`/s/${token}/receipt`)).trim().split('\n').at(-1) ?? ''
const examples = { ':token': [token], ':code': [code], ':controller': [NEEDLE], ':site': [NEEDLE] }
const pages = ROUTES.filter(({ methods }) => methods.includes('GET')).flatMap(({ path }) => filled(path, examples))
for (const pair of Object.values(HOSTILE)) {
  const queries = queriesOf(names.map(pair))
  await each(pages.flatMap((page) => [...queries, `lang=fr&${queriesOf(names.filter((name) => name !== 'at').map(pair))[0]}`].map((query) => `${page}?${query}`)), async (target) => {
    for (const head of Object.values(HEADS)) await ask('GET', target, head)
  }, 4)
}
await post('/disconnect', { token })
for (const pair of Object.values(HOSTILE)) {
  const [more = ''] = queriesOf(fields.map(pair))
  const mine = await tap(more)
  const link = { token: mine }
  for (const path of ['/extend', '/pause', '/resume']) await post(path, link, more)
  await post('/receipt', { code, act: 'show' }, more)
  await post('/disconnect', link, more)
  for (const { path } of ROUTES.filter(({ methods }) => methods.includes('POST'))) for (const target of filled(path, examples)) await post(target, {}, more)
}
process.stdout.write(`${JSON.stringify({ asked, online, faults })}\n`)
