// What the screen asks: JSON under /api. What people look for travels in bodies only, so that no address ever holds it.
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Clock } from '#shared/clock.ts'
import { isLanguage, type Language } from '#shared/i18n/texts.ts'
import type { KioskParts } from './counting.ts'
import { detailOf, type Viewpoint } from './directory/catalogue.ts'
import type { Directory } from './directory/directory.ts'
import { localMoment } from './directory/local-time.ts'
import { isNeedId, isTileId, needsUnder, NEEDS, TILES } from './directory/needs.ts'
import { answer } from './directory/results.ts'
import { LONGEST_QUERY } from './directory/search.ts'
import type { KioskSettings } from './settings.ts'
import { FILTERS, type HomeView } from './views.ts'

const MOST_FROM = 1_200
const LONGEST_ID = 100

const question = v.pipe(
  v.object({
    text: v.optional(v.pipe(v.string(), v.maxLength(LONGEST_QUERY))),
    tile: v.optional(v.pipe(v.string(), v.check(isTileId, 'no such tile'))),
    need: v.optional(v.pipe(v.string(), v.check(isNeedId, 'no such need'))),
    filters: v.optional(v.pipe(v.array(v.picklist(FILTERS)), v.maxLength(FILTERS.length)), []),
    from: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MOST_FROM)), 0),
  }),
  v.check(({ text, tile, need }) => text !== undefined || tile !== undefined || need !== undefined, 'text, tile or need is needed'),
)

export type ScreenSource = {
  readonly directory: () => Directory
  readonly settings: KioskSettings
  readonly clock: Clock
  readonly parts: KioskParts
  /** Address of a service for phones. */
  readonly linkTo: (code: string) => string
}

/** How the directory looks from here and now, in a language. */
export function viewpoint({ directory, settings, clock }: Pick<ScreenSource, 'directory' | 'settings' | 'clock'>, language: Language): Viewpoint {
  const { profile } = directory()
  return { language, now: localMoment(clock.now(), profile?.timezone ?? settings.timezone), written: profile?.language ?? 'fr', place: profile?.place }
}

function homeView({ catalogue, profile }: Directory, settings: KioskSettings, language: Language): HomeView {
  const tiles = TILES.map((tile) => ({
    id: tile.id,
    name: { text: tile.name[language] },
    needs: NEEDS.filter((need) => need.tile === tile.id && catalogue.metNeeds.has(need.id)).map((need) => ({ id: need.id, name: { text: need.name[language] } })),
  }))
  return {
    town: profile?.town ?? settings.town ?? '',
    demonstration: profile?.demonstration ?? false,
    timezone: profile?.timezone ?? settings.timezone,
    ...(profile?.dated === undefined ? {} : { dated: profile.dated }),
    services: catalogue.size,
    country: profile?.country ?? 'FR',
    languages: settings.languages,
    // A tile that leads nowhere is not shown; the import report names it.
    tiles: tiles.filter((tile) => tile.needs.length > 0),
  }
}

async function bodyOf(request: Request): Promise<unknown> {
  try {
    return JSON.parse(await request.text())
  } catch {
    return undefined
  }
}

/** The screen's browser runs on the kiosk itself, so both ends of its connection are one address. What a phone looks for is counted nowhere. */
function isScreen({ incoming }: Partial<HttpBindings>): boolean {
  const { localAddress, remoteAddress } = incoming?.socket ?? {}
  return localAddress !== undefined && localAddress === remoteAddress
}

export function screenApi(source: ScreenSource): Hono<{ Bindings: Partial<HttpBindings> }> {
  const app = new Hono<{ Bindings: Partial<HttpBindings> }>()
  const languageOf = (tag: string): Language | undefined => (isLanguage(tag) ? tag : undefined)

  app.get('/:language/home', (c) => {
    const language = languageOf(c.req.param('language'))
    return language ? c.json(homeView(source.directory(), source.settings, language)) : c.json({ error: 'no such language' }, 404)
  })

  app.post('/:language/results', async (c) => {
    const language = languageOf(c.req.param('language'))
    if (!language) return c.json({ error: 'no such language' }, 404)
    const parsed = v.safeParse(question, await bodyOf(c.req.raw))
    if (!parsed.success) return c.json({ error: 'bad question', issues: parsed.issues.map((issue) => issue.message).slice(0, 5) }, 400)
    const { text, tile, need, filters, from } = parsed.output
    const needs = need && isNeedId(need) ? [need] : tile && isTileId(tile) ? needsUnder(tile) : []
    const { catalogue, search } = source.directory()
    const { view, unmet } = answer(catalogue, search, { text, needs, filters, from }, viewpoint(source, language))
    // A tile is a place to look round in, not yet a need.
    if (isScreen(c.env) && from === 0 && (text !== undefined || need !== undefined)) for (const one of unmet) source.parts.unmet?.(one)
    return c.json(view)
  })

  app.get('/:language/services/:id', (c) => {
    const language = languageOf(c.req.param('language'))
    const id = c.req.param('id')
    const { catalogue, store } = source.directory()
    const found = language && id.length <= LONGEST_ID ? catalogue.byId(id) : undefined
    const detail = language && found ? detailOf(store, found.entry, viewpoint(source, language), source.linkTo(found.code)) : undefined
    return detail ? c.json(detail) : c.json({ error: 'no such service' }, 404)
  })

  app.all('*', (c) => c.json({ error: 'no such route' }, 404))
  return app
}
