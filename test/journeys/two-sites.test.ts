import { afterAll, beforeAll, expect, test } from 'vitest'
import { openJws } from '#shared/sign.ts'
import { RECEIPT_TYP } from '#portal/consent/receipt.ts'
import { portalTown, SQUARE, tokenOf, type PortalTown } from '#test/support/portal-town.ts'

let town: PortalTown
beforeAll(async () => {
  const market = { ...SQUARE, id: 'marche', name: 'Marché couvert', languages: ['en', 'fr'], closeAt: '03:00', match: { vlan: '20' } }
  const station = { ...SQUARE, id: 'gare', name: 'Gare routière', timezone: 'Africa/Dakar', match: { calledStationId: '127.0.0.31' } }
  town = await portalTown({ settings: { hosts: ['127.0.0.1', '127.0.0.20', '127.0.0.31'], sites: [SQUARE, market, station], doors: [{ addresses: ['127.0.0.20'], hints: { vlan: '20' } }] } })
})
afterAll(() => town.close())

test('one portal serves three sites, told apart by the door a phone comes in by', async () => {
  const doors = [['127.0.0.1', 'default', 'Place du Marché', 'fr'], ['127.0.0.20', 'marche', 'Marché couvert', 'en'], ['127.0.0.31', 'gare', 'Gare routière', 'fr']] as const
  for (const [index, [door, site, name, language]] of doors.entries()) {
    const phone = town.phone(`127.0.3.${index + 2}`, door)
    const page = await phone.get('/')
    expect(page.body).toContain(name)
    expect(page.body).toContain(`<html lang="${language}"`)
    const online = await phone.connect(language)
    const session = town.portal.sessions.list().find((one) => one.site === site)
    expect(session, site).toBeDefined()
    const [jws = ''] = (await phone.get(`/s/${tokenOf(online.body)}/receipt`)).body.split('\n')
    expect(JSON.parse(openJws(jws, RECEIPT_TYP, town.key).toString())).toMatchObject({ site, terms: { lang: language } })
    expect(town.seen.started).toContainEqual(expect.objectContaining({ site, language }))
    expect(town.seen.sightings.filter((seen) => seen.mac === session?.mac)).toEqual([{ site, mac: session?.mac }])
  }
})

test('each site keeps its own clock and its own closing', async () => {
  expect((await town.phone('127.0.3.9', '127.0.0.20').get('/recorded?lang=fr')).body).toContain('demain à 3\u00A0h')
  expect((await town.phone('127.0.3.4', '127.0.0.31').get('/status')).body).toContain('Jusqu’à 12\u00A0h')
})

test('what no match fits goes to site default and is counted', () => {
  expect(town.effects.metrics.text()).toMatch(/portal_unfitted_total [1-9]/)
})

test('a site that nobody has named is called in the reader’s language', async () => {
  const unnamed = await portalTown({ settings: { hosts: ['127.0.0.1'], sites: [{ ...SQUARE, name: 'Wi-Fi public', unnamed: true }] } })
  try {
    expect((await unnamed.phone('127.0.3.2').get('/?lang=en')).body).toContain('<bdi>Public Wi-Fi</bdi>')
    expect((await unnamed.phone('127.0.3.2').get('/?lang=fr')).body).toContain('<bdi>Wi-Fi public</bdi>')
  } finally {
    await unnamed.close()
  }
})
