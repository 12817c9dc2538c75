// Golden values: made with CoovaChilli's own programs (commit e0c7d7a): `chilli_response` for the answers, `redir_md_param` of its
// redir.c for `md`. The redirect is one that was published from a running chilli, under our host and with the secret below.
import { expect, test } from 'vitest'
import type { MacAddress } from '#shared/personal.ts'
import { allowList } from './allow-list.ts'
import { chapResponse } from './chap.ts'
import type { Controller } from './controller.ts'
import { readUam, uamChallenge, uamLogoff, uamLogon, uamPapPassword } from './uam.ts'

const SECRET = 'ht2eb8ej6s4et3rg1ulp'
const CHALLENGE = '5b1d296db7826a655411dcd83ee25154'
const AUTHORITY = 'portal.test:8080'
const SIGNED = `/at/chilli?res=notyet&uamip=192.168.182.1&uamport=3990&challenge=${CHALLENGE}&called=94-83-C4-01-42-27&mac=5C-1D-D9-20-A0-C1&ip=192.168.182.64&nasid=fonlo&sessionid=5e6792ce00000006&userurl=http%3a%2f%2fcaptive.apple.com%2fhotspot-detect.html`
const MD = 'B3B93AD4ED18AF0AD0DCAEFD5B4D4734'

const chilli = (more: Partial<Controller> = {}): Controller => ({ name: 'chilli', kind: 'uam', addresses: ['192.168.182.1'], secret: SECRET, back: allowList(more.addresses ?? ['192.168.182.1'], [3990]), ...more })
const read = (target: string, controller = chilli(), authority = AUTHORITY) => readUam({ authority, target, query: new URLSearchParams(target.split('?')[1]) }, controller)

test('answers to a challenge are those of chilli_response', () => {
  expect(chapResponse(0, '0c6g1k2m3n4p5q6r', uamChallenge(CHALLENGE, SECRET)).toString('hex')).toBe('503270a7e96f5aba79c6e417829a6cd2')
  expect(chapResponse(0, 'Tr0ub4dor', uamChallenge('932c4067a2a821a8868bf1c658f39561', SECRET)).toString('hex')).toBe('87cd7a75ca8e094d28a9243099891828')
  expect(uamPapPassword('0c6g1k2m3n4p5q6r', uamChallenge(CHALLENGE, SECRET))).toBe('ff2b897387021116e067128da85b0afb')
})

test('a phone that chilli has signed for is believed to have its MAC', () => {
  const introduced = read(`${SIGNED}&md=${MD}`)
  expect(introduced).toEqual({
    kind: 'arrival',
    arrival: {
      controller: 'chilli', bind: 'ctl', mac: '5c1dd920a0c1', event: 'login', back: 'http://192.168.182.1:3990', facts: { challenge: CHALLENGE }, once: CHALLENGE,
      hints: { nasIdentifier: 'fonlo', calledStationId: '94-83-C4-01-42-27' }, wanted: 'http://captive.apple.com/hotspot-detect.html',
    },
  })
})

test.each([
  ['another MAC', `${SIGNED.replace('5C-1D-D9-20-A0-C1', '5C-1D-D9-20-A0-C2')}&md=${MD}`, 'signature'],
  ['another challenge', `${SIGNED.replace(CHALLENGE, CHALLENGE.replace('5b', '5c'))}&md=${MD}`, 'signature'],
  ['something after the signature', `${SIGNED}&md=${MD}&mac=00-00-00-00-00-01`, 'signature'],
  ['a signature in lower case', `${SIGNED}&md=${MD.toLowerCase()}`, 'signature'],
  ['a short signature', `${SIGNED}&md=${MD.slice(0, 30)}`, 'signature'],
  ['no signature', SIGNED, 'unsigned'],
])('%s is not believed', (_what, target, why) => {
  expect(read(target)).toEqual({ kind: 'refused', why })
})

test('a redirect that was signed for another portal, or under another secret, is not believed', () => {
  expect(read(`${SIGNED}&md=${MD}`, chilli(), 'elsewhere.test')).toEqual({ kind: 'refused', why: 'signature' })
  expect(read(`${SIGNED}&md=${MD}`, chilli({ secret: 'another' }))).toEqual({ kind: 'refused', why: 'signature' })
  const { secret: _none, ...bare } = chilli()
  expect(read(`${SIGNED}&md=${MD}`, bare)).toEqual({ kind: 'refused', why: 'unsigned' })
})

test('a return address that is not on the list is refused, however well it is signed', () => {
  expect(read(`${SIGNED}&md=${MD}`, chilli({ addresses: ['192.168.183.0/24'] }))).toEqual({ kind: 'refused', why: 'return_address' })
  expect(read(`${SIGNED}&md=${MD}`, chilli({ addresses: ['192.168.182.1:3660'] }))).toEqual({ kind: 'refused', why: 'return_address' })
})

test('a token goes back by CHAP, somebody’s own password by PAP, and both with the way on', () => {
  const arrival = { controller: 'chilli', bind: 'ctl', mac: '5c1dd920a0c1' as MacAddress, event: 'login', hints: {}, back: 'http://192.168.182.1:3990', facts: { challenge: CHALLENGE } } as const
  const token = new URL(uamLogon(arrival, chilli(), { user: 'u', password: '0c6g1k2m3n4p5q6r', nonce: 'n' }, 'http://portal.test/s/x?lang=fr') ?? '')
  expect(token.origin + token.pathname).toBe('http://192.168.182.1:3990/logon')
  expect(Object.fromEntries(token.searchParams)).toEqual({ username: 'u', response: '503270a7e96f5aba79c6e417829a6cd2', userurl: 'http://portal.test/s/x?lang=fr' })
  const own = new URL(uamLogon(arrival, chilli(), { user: 'u', password: '0c6g1k2m3n4p5q6r', nonce: '' }, '/') ?? '')
  expect(own.searchParams.get('password')).toBe('ff2b897387021116e067128da85b0afb')
  expect(uamLogon({ ...arrival, facts: {} }, chilli(), { user: 'u', password: 'p', nonce: '' }, '/')).toBeUndefined()
  expect(uamLogoff(arrival)).toBe('http://192.168.182.1:3990/logoff')
})
