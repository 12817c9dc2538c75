import type { TileView } from '../../views.ts'
import { EmergencyButton } from '../parts/emergency-button.tsx'
import { Pictogram } from '../parts/pictograms.tsx'
import { Said } from '../parts/said.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { goResults, home, language } from '../state.ts'
import { t } from '../translate.ts'
import { dateText } from '../wording.ts'

function Tile({ tile }: { tile: TileView }) {
  return (
    <li>
      <button type="button" class="tile" onClick={() => void goResults({ tile: tile.id, filters: [] })}>
        <Pictogram name={tile.id} />
        <span class="tile-name"><Said {...tile.name} /></span>
      </button>
    </li>
  )
}

export function Home() {
  const view = home.value
  return (
    <>
      <div class="ask">
        <h1 tabIndex={-1}>{t.value('home.title')}</h1>
        <SearchField />
        <EmergencyButton />
      </div>
      {/* Emergency has its own button, which never depends on the directory. */}
      <ul class="tiles">{view?.tiles.filter((tile) => tile.id !== 'emergency').map((tile) => <Tile key={tile.id} tile={tile} />)}</ul>
      {view && (
        <p class="quiet source">
          {t.value('home.count', { count: view.services })}{view.dated !== undefined && <> · {t.value('home.dated', { date: dateText(view.dated, language.value) })}</>}
        </p>
      )}
    </>
  )
}
