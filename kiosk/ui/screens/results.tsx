import { FILTERS } from '../../views.ts'
import { Cards } from '../parts/card.tsx'
import { Pictogram } from '../parts/pictograms.tsx'
import { Said } from '../parts/said.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { goHome, goResults, home, showMore, toggleFilter, type Results } from '../state.ts'
import { t } from '../translate.ts'

function Needs({ results: { question } }: { results: Results }) {
  const tile = home.value?.tiles.find((one) => one.id === question.tile)
  if (!tile || tile.needs.length < 2) return null
  const choose = (need: string | undefined) => void goResults({ tile: tile.id, filters: question.filters, ...(need === undefined ? {} : { need }) })
  return (
    <div class="choices needs" role="group" aria-label={t.value('results.needs')}>
      <button type="button" aria-pressed={question.need === undefined} onClick={() => choose(undefined)}><Pictogram name="all" />{t.value('results.all')}</button>
      {tile.needs.map((need) => (
        <button type="button" key={need.id} aria-pressed={question.need === need.id} onClick={() => choose(need.id)}><Pictogram name={need.id} /><Said {...need.name} /></button>
      ))}
    </div>
  )
}

function Filters({ results }: { results: Results }) {
  return (
    <div class="choices filters" role="group" aria-label={t.value('results.filters')}>
      {FILTERS.map((filter) => {
        const chosen = results.question.filters.includes(filter)
        return (
          <button type="button" key={filter} aria-pressed={chosen} onClick={() => void toggleFilter(results, filter)}>
            <Pictogram name={chosen ? 'tick' : filter === 'open' ? 'clock' : filter} />{t.value(`filter.${filter}`)}
          </button>
        )
      })}
    </div>
  )
}

function Nothing({ results: { question } }: { results: Results }) {
  if (question.filters.length === 0) {
    return (
      <div class="notice">
        <p><strong>{t.value('results.none')}</strong></p>
        <p>{t.value('results.noneHow')}</p>
        <button type="button" class="quiet-button" onClick={goHome}><Pictogram name="home" />{t.value('nav.home')}</button>
      </div>
    )
  }
  return (
    <div class="notice">
      <p><strong>{t.value('results.noneFiltered')}</strong></p>
      <button type="button" class="action" onClick={() => void goResults({ ...question, filters: [] })}>{t.value('results.clear')}</button>
    </div>
  )
}

function Title({ results: { question } }: { results: Results }) {
  const tile = home.value?.tiles.find((one) => one.id === question.tile)
  if (tile) return <h1 tabIndex={-1} class="with-picture"><Pictogram name={tile.id} /><Said {...tile.name} /></h1>
  return <h1 tabIndex={-1}>{t.value('results.for', { text: question.text ?? '' })}</h1>
}

export function ResultsScreen({ results }: { results: Results }) {
  const { question, view } = results
  const empty = view?.cards.length === 0
  return (
    <>
      <div class="ask">
        <Title results={results} />
        {question.text !== undefined && <SearchField key={question.text} typed={question.text} />}
        <Needs results={results} />
        {(!empty || question.filters.length > 0) && <Filters results={results} />}
      </div>
      <div class="found" aria-busy={view === undefined}>
        <p class="quiet" role="status">{!view ? t.value('wait') : empty ? t.value('results.nothing') : t.value('results.found', { count: view.cards.length + view.more })}</p>
        {view?.mended !== undefined && <p>{t.value('results.mended', { text: view.mended })}</p>}
        {view?.partly && <p>{t.value('results.partly')}</p>}
        {view && <Cards cards={view.cards} under={question.tile} />}
        {empty && <Nothing results={results} />}
        {view && view.more > 0 && (
          <button type="button" class="quiet-button more" onClick={() => void showMore(results)}><Pictogram name="more" />{t.value('results.more', { count: view.more })}</button>
        )}
      </div>
    </>
  )
}
