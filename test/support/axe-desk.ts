// One tab in which page after page is judged: to load axe for each of hundreds would cost a second a piece.
import { createRequire } from 'node:module'
import type { Browser, ViewportSize } from 'playwright-core'

/** WCAG 2.2 AA, the European norm, and the French one that public bodies answer to. */
export const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'EN-301-549', 'RGAAv4'] as const
const SMALL = { width: 320, height: 480 }

type Result = { readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]; readonly passes: readonly unknown[] }
export type AxeDesk = {
  /** What is wrong with a page: by axe, or because at twice the text size it sticks out of the screen. */
  wrongs(page: string): Promise<string[]>
  close(): Promise<void>
}

export async function axeDesk(browser: Browser, colorScheme: 'light' | 'dark', viewport: ViewportSize = SMALL): Promise<AxeDesk> {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' })
  const tab = await context.newPage()
  await tab.setContent('<!doctype html><title>axe</title>')
  await tab.addScriptTag({ path: createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js') })

  /** Runs in the tab. What is folded is opened: it is read there too. */
  async function judge({ page, tags }: { page: string; tags: readonly string[] }): Promise<{ wrongs: string[]; passes: number }> {
    const parsed = new DOMParser().parseFromString(page, 'text/html')
    for (const folded of parsed.querySelectorAll('details')) folded.open = true
    document.replaceChild(document.adoptNode(parsed.documentElement), document.documentElement)
    const axe: { run(context: Document, options: object): Promise<Result> } = Reflect.get(globalThis, 'axe')
    const { violations, passes } = await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
    document.documentElement.style.fontSize = '200%'
    const wide = document.documentElement.scrollWidth > innerWidth ? [`at twice the size it is ${document.documentElement.scrollWidth} px wide`] : []
    return { wrongs: [...violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`), ...wide], passes: passes.length }
  }

  return {
    async wrongs(page) {
      const { wrongs, passes } = await tab.evaluate(judge, { page, tags: AXE_TAGS })
      // Whatever is on it, a page has a language, a title and colours to judge.
      return passes < 5 ? [`only ${passes} rules found anything to judge`, ...wrongs] : wrongs
    },
    close: () => context.close(),
  }
}
