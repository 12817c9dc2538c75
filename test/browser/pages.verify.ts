// Every page in every language, light and dark, in our colours and in a city's.
import { expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import { launchBrowser } from '#scripts/browser.ts'
import { axeDesk } from '../support/axe-desk.ts'
import { absent } from '../support/peer.ts'
import { citizensPages, pagesTown } from '../support/portal-pages.ts'

const THEMES = { ours: {}, 'a city’s': { square: '#5B2A86', sun: '#E4572E' } } as const

for (const [whose, theme] of Object.entries(THEMES)) {
  test.skipIf(absent('chromium'))(`axe finds nothing wrong on any page in any language, light and dark, in ${whose} colours`, async () => {
    const [town, browser] = [await pagesTown(theme), await launchBrowser()]
    try {
      for (const [index, language] of PAGE_LANGUAGES.entries()) {
        const pages = await citizensPages(town, language, `127.0.5.${index + 1}`)
        for (const scheme of ['light', 'dark'] as const) {
          const desk = await axeDesk(browser, scheme)
          for (const [name, page] of pages) expect(await desk.wrongs(page), `${language}, ${scheme}: ${name}`).toEqual([])
          await desk.close()
        }
      }
    } finally {
      await browser.close()
      await town.close()
    }
  })
}
