import type { Db } from '#shared/db/open.ts'
import type { createGroup } from './group.ts'
import type { CellRow, Counts, SiteRow } from './store.ts'

type Group = ReturnType<typeof createGroup>
type SiteRecord = Omit<SiteRow, 'demo'> & { demo: number }

/** Both, because any gateway can say of any site that it is a demonstration: a real one must not be taken away with it. */
const DEMO = "demo = 1 and id like 'demo-%'"
/** Children first. A POST belongs to one device, and a device of the demonstration serves nothing else. */
const REMOVE_DEMO = [
  `delete from cell where site in (select id from site where ${DEMO})`,
  `create temporary table demo_post as select distinct post from batch where site in (select id from site where ${DEMO})`,
  'create temporary table demo_gateway as select distinct gateway from batch where post in (select post from demo_post)',
  `delete from batch where site in (select id from site where ${DEMO})`,
  'delete from run where gateway in (select gateway from demo_gateway) and gateway not in (select gateway from batch)',
  'delete from post where id in (select post from demo_post) and id not in (select post from batch)',
  'delete from quarantine where gateway in (select gateway from demo_gateway)',
  'delete from device where gateway in (select gateway from demo_gateway) and kid not in (select kid from post)',
  'drop table demo_post',
  'drop table demo_gateway',
]

export function createCounts(db: Db, group: Group): Counts {
  const sites = db.prepare('select id, name, class, timezone, demo from site order by demo, name, id')
  const site = db.prepare('select id, name, class, timezone, demo from site where id = ?')
  const cells = db.prepare(
    `select site, release, bin, from_ms as fromMs, to_ms as toMs, value, eps_milli as epsMilli, sd_milli as sdMilli, coverage
     from cell where site = ? and from_ms >= ? and from_ms < ? and release = coalesce(?, release) order by from_ms, to_ms, release, bin, gateway, epoch, seq, place`,
  )
  const span = db.prepare('select min(from_ms) as firstMs, max(from_ms) as lastMs from cell where site = ?')
  const spanOfAll = db.prepare('select min(from_ms) as firstMs, max(from_ms) as lastMs from cell')
  const siteRow = (row: SiteRecord): SiteRow => ({ ...row, demo: row.demo === 1 })

  function removeDemo(): number {
    for (const sql of REMOVE_DEMO) db.prepare(sql).run()
    return db.prepare(`delete from site where ${DEMO}`).run().changes
  }
  return {
    sites: async () => (sites.all() as SiteRecord[]).map(siteRow),
    async site(id) {
      const row = site.get(id) as SiteRecord | undefined
      return row && siteRow(row)
    },
    cells: async (id, fromMs, toMs, release) => cells.all(id, fromMs, toMs, release ?? null) as CellRow[],
    async span(id) {
      const row = (id === undefined ? spanOfAll.get() : span.get(id)) as { firstMs: number | null; lastMs: number | null }
      return row.firstMs === null || row.lastMs === null ? undefined : { firstMs: row.firstMs, lastMs: row.lastMs }
    },
    removeDemo: () => group.run(removeDemo),
  }
}
