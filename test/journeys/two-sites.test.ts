import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openJws } from '#shared/sign.ts'
import { readReceipt, RECEIPT_TYP, type ReceiptText } from '#portal/consent/receipt.ts'
import type { ReceiptCopy } from '#portal/consent/receipt-desk.ts'
import { loadTerms } from '#portal/consent/terms-files.ts'
import { formFields, portalTown, SQUARE, tokenOf, type PortalTown } from '#test/support/portal-town.ts'

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

const DOORS = { marche: '127.0.0.41', gare: '127.0.0.42' } as const
type Terms = Readonly<Record<keyof typeof DOORS, { readonly version: string; readonly text: string }>>
const TERMS: Terms = { marche: { version: '2026-11', text: 'Les étals passent avant les films.' }, gare: { version: '2025-03', text: 'Un train se prend, une vidéo attend.' } }

/** A portal at a market and a station of which each has its own terms, in `folder`; a second one takes up where the first stopped. */
async function marketAndStation(folder: string, terms: Terms, dir?: string): Promise<PortalTown> {
  for (const [id, { version, text }] of Object.entries(terms)) {
    mkdirSync(join(folder, id), { recursive: true })
    writeFileSync(join(folder, id, 'fr.html'), `<!-- id: reglement-${id}; version: ${version}; title: Règlement -->\n<p>${text}</p>\n`)
  }
  const siteOf = (id: keyof typeof DOORS) => ({ ...SQUARE, id, name: `Place ${id}`, match: { calledStationId: DOORS[id] } })
  const sites = [siteOf('marche'), siteOf('gare')]
  const documents = new Map(sites.map(({ id }) => [id, loadTerms(join(folder, id))]))
  return portalTown({ ...(dir !== undefined && { dir }), settings: { hosts: ['127.0.0.1', ...Object.values(DOORS)], sites: [SQUARE, ...sites], terms: documents } })
}
let visitors = 10
/** What a citizen sees, accepts and is given. */
async function visit(here: PortalTown, site: keyof typeof DOORS): Promise<{ page: string; code: string; receipt: ReceiptText }> {
  const phone = here.phone(`127.0.3.${visitors++}`, DOORS[site])
  const page = (await phone.get('/terms?lang=fr')).body
  const code = /\/receipt\/([0-9a-z]{16})/.exec((await phone.connect()).body)?.[1] ?? ''
  const { receipts } = JSON.parse((await phone.get(`/receipt/${code}/copy`)).body) as ReceiptCopy
  return { page, code, receipt: readReceipt(receipts[0]?.jws ?? '') }
}

test('of two sites each citizen reads, accepts and has a receipt of the terms of his own; changing those of one leaves the other’s as they were', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parvis-terms-'))
  const first = await marketAndStation(folder, TERMS)
  onTestFinished(() => first.close().finally(() => rmSync(folder, { recursive: true })))
  const before = { marche: await visit(first, 'marche'), gare: await visit(first, 'gare') }
  for (const [site, other] of [['marche', 'gare'], ['gare', 'marche']] as const) {
    const { page, receipt, code } = before[site]
    expect(page).toContain(TERMS[site].text)
    expect(page).not.toContain(TERMS[other].text)
    expect(receipt).toMatchObject({ site, terms: { id: `reglement-${site}`, ver: TERMS[site].version, lang: 'fr' } })
    expect(page).toContain(`<code>${receipt.terms.sha256}</code>`)
    expect(page).not.toContain(before[other].receipt.terms.sha256)
    // A form that was read at one site is not accepted at the other: its terms are not what stands there.
    const moved = await first.phone('127.0.3.9', DOORS[other]).post('/connect', formFields((await first.phone('127.0.3.9', DOORS[site]).get('/?lang=fr')).body))
    expect(moved.status).toBe(400)
    // Whichever door the receipt is read at, it is of its own place, and leads to the terms of that place.
    for (const door of [DOORS[site], DOORS[other], '127.0.0.1']) {
      const shown = (await first.phone('127.0.3.8', door).get(`/receipt/${code}?lang=fr`)).body
      expect(shown).toContain(`<bdi>Place ${site}</bdi>`)
      const again = /href="(\/terms[^"]*)"/.exec(shown)?.[1]?.replaceAll('&amp;', '&') ?? ''
      expect((await first.phone('127.0.3.8', door).get(again)).body).toContain(TERMS[site].text)
    }
  }

  await first.portal.close()
  const changed: Terms = { ...TERMS, gare: { version: '2026-12', text: 'Deux trains, une vidéo.' } }
  const second = await marketAndStation(folder, changed, first.dir)
  onTestFinished(() => second.close())
  const after = { marche: await visit(second, 'marche'), gare: await visit(second, 'gare') }
  expect(after.marche.receipt.terms).toEqual(before.marche.receipt.terms)
  expect(after.gare.page).toContain(changed.gare.text)
  expect(after.gare.receipt.terms.ver).toBe('2026-12')
  expect(after.gare.receipt.terms.sha256).not.toBe(before.gare.receipt.terms.sha256)
  // What was accepted stays what it was, and no longer leads to a text that says something else.
  const old = (await second.phone('127.0.3.7', DOORS.gare).get(`/receipt/${before.gare.code}?lang=fr`)).body
  expect(old).toContain('version \u20682025-03')
  expect(old).not.toContain('href="/terms')
  expect((await second.phone('127.0.3.7', DOORS.marche).get(`/receipt/${before.marche.code}?lang=fr`)).body).toContain('href="/terms')
})
