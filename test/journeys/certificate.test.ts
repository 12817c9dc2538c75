import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startInstance } from '#scripts/instance.ts'
import { until } from '#test/lab/curl.ts'
import { httpsGet } from '#test/support/https-get.ts'
import { absent } from '#test/support/peer.ts'
import { PEBBLE, startPebble, type Pebble } from '#test/support/pebble.ts'

describe.skipIf(absent(...PEBBLE))('a gateway whose hub gets certificates', () => {
  let pebble: Pebble
  let dir: string
  beforeAll(async () => {
    pebble = await startPebble()
    dir = mkdtempSync(join(tmpdir(), 'parvis-journey-'))
  })
  afterAll(async () => {
    await pebble?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  test('a phone that trusts only the CA\'s root reads /capport while it is captive, after no more than a start', async () => {
    const config = join(dir, 'parvis.toml')
    writeFileSync(config, `[portal]\ntls_port = 0\n[hub]\nacme_domain = "wifi.rivemont.example"\nacme_directory = "${pebble.directory}"\nacme_root = "${pebble.doorRoot}"\nacme_dns = "${pebble.dns}"\n`)
    const town = await startInstance({ args: ['--config', config, '--role', 'portal,radius,hub'] })
    try {
      const file = join(town.data, 'tls.pem')
      const capport = async (base = '') => JSON.parse(await (await fetch(new URL('/capport', base))).text()) as Record<string, unknown>
      expect((await capport(town.urls['portal']))['user-portal-url']).toBe(town.urls['portal'])
      await until(async () => statSync(file, { throwIfNoEntry: false }) !== undefined, 25)
      expect(statSync(file).mode & 0o777).toBe(0o600)
      await until(async () => String((await capport(town.urls['portal']))['user-portal-url']).startsWith('https:'), 5)
      const name = new URL(String((await capport(town.urls['portal']))['user-portal-url'])).hostname
      expect(name).toMatch(/^[0-9a-hjkmnp-tv-z]{12}\.wifi\.rivemont\.example$/)
      const secure = town.urls['secure'] ?? ''
      const { status, type, body } = await httpsGet(new URL('/capport', secure).href, { ca: pebble.root, name })
      expect([status, type]).toEqual([200, 'application/captive+json'])
      const portalUrl = `https://${name}:${new URL(secure).port}/`
      expect(JSON.parse(body)).toEqual({ captive: true, 'user-portal-url': portalUrl, 'venue-info-url': `${portalUrl}service`, 'can-extend-session': false })
      // The whole portal is behind it, and a foreign name there gets the redirect as everywhere.
      expect((await httpsGet(new URL('/', secure).href, { ca: pebble.root, name })).body).toContain('<form')
      expect((await httpsGet(new URL('/', secure).href, { ca: pebble.root, name, headers: { host: 'foreign.example' } })).status).toBe(302)
      await expect(httpsGet(secure, { ca: readFileSync(pebble.doorRoot, 'utf8'), name })).rejects.toThrow()
    } finally {
      await town.stop()
    }
  }, 60_000)
})
