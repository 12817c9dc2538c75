// A phone that taps again and again: PORTAL UPSTREAM TAPS. For each tap a line with the milliseconds from the form's first
// byte to the world's answer, each request on a connection of its own; then it ends the session.
import { request } from 'node:http'
import { formFields, tokenOf } from '#test/support/portal-town.ts'

function ask(url: string, fields?: Readonly<Record<string, string>>): Promise<string> {
  const body = fields && new URLSearchParams(fields).toString()
  const headers = body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: body === undefined ? 'GET' : 'POST', agent: false, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve(text)).on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const [portal = '', upstream = '', taps = ''] = process.argv.slice(2)
for (let tap = 0; tap < Number(taps); tap++) {
  const fields = formFields(await ask(portal))
  const began = performance.now()
  const page = await ask(new URL('/connect', portal).href, fields)
  while ((await ask(upstream).catch(() => '')) !== 'the world\n');
  process.stdout.write(`${(performance.now() - began).toFixed(2)}\n`)
  await ask(new URL('/disconnect', portal).href, { token: tokenOf(page) })
}
process.stdout.write('done\n')
