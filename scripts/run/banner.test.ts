import { expect, test } from 'vitest'
import { banner } from './banner.ts'

const OPS = 'http://127.0.0.1:9090/'
const PLACES = { data: '/var/lib/parvis', runtime: '/run/parvis/one' }
const said = (urls: Readonly<Record<string, string>>, staffCode?: string): string => banner({ urls, ports: {}, staffCode }, PLACES, { colour: false })

test('whoever starts a portal reads where live connections are looked at, and by which command a code is had', () => {
  expect(said({ portal: 'http://127.0.0.1:8080/', ops: OPS })).toMatch(/Operator +http:\/\/127\.0\.0\.1:9090\/operator +.*parvis operator code NAME/)
})

test('a hub alone has no live connections, and says nothing of them', () => {
  const text = said({ staff: 'http://127.0.0.1:8090/staff', ops: OPS }, 'abcd-efgh')
  expect(text).not.toContain('/operator')
  expect(text).toMatch(/Health +http:\/\/127\.0\.0\.1:9090\/ /)
  expect(text).toContain('open http://127.0.0.1:8090/staff and use the one-time code abcd-efgh')
})
