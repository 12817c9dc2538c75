import type { ComponentChildren } from 'preact'
import type { DetailView } from '../../views.ts'
import { Badges } from '../parts/badges.tsx'
import { Pictogram } from '../parts/pictograms.tsx'
import { Qr } from '../parts/qr.tsx'
import { Said } from '../parts/said.tsx'
import { StateChip } from '../parts/state-chip.tsx'
import { Way } from '../parts/way.tsx'
import { language } from '../state.ts'
import { t } from '../translate.ts'
import { dayName, slotText } from '../wording.ts'

function Section({ title, picture, children, name }: { title: string; picture: string; children: ComponentChildren; name: string }) {
  return <section class={`section ${name}`}><h2><Pictogram name={picture} />{title}</h2>{children}</section>
}

function Week({ view }: { view: DetailView }) {
  return (
    <Section title={t.value('detail.hours')} picture="clock" name="hours">
      {view.hoursKnown ? (
        <table>
          <tbody>
            {view.week.map((day) => (
              <tr key={day.date} class={day.today ? 'today' : undefined} aria-current={day.today ? 'date' : undefined}>
                <th scope="row">{dayName(day.date, language.value)}{day.today && <span class="quiet"> {t.value('hours.today')}</span>}</th>
                <td>{day.slots.length === 0 ? <span class="quiet">{t.value('hours.closedDay')}</span> : day.slots.map((slot) => (
                  <span class="slot" dir="auto" key={slot[0]}>{slotText(slot, t.value, language.value)}</span>
                ))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : <p>{t.value('hours.ask')}</p>}
      {view.hoursNotes.map((note) => <p key={note} lang={view.written} dir="auto">{note}</p>)}
    </Section>
  )
}

function Where({ view }: { view: DetailView }) {
  if (view.places.length === 0 && view.area === undefined) return null
  return (
    <Section title={t.value('detail.where')} picture="place" name="where">
      {view.places.map((place) => (
        <div key={place.name} lang={view.written} dir="auto">
          {place.name !== undefined && <p><strong>{place.name}</strong></p>}
          <p>{place.lines.join(', ')}</p>
          {place.directions !== undefined && <p>{place.directions}</p>}
        </div>
      ))}
      <p><Way card={view} /></p>
      {view.area !== undefined && <p>{t.value('detail.area', { area: view.area })}</p>}
    </Section>
  )
}

function Phones({ view }: { view: DetailView }) {
  if (view.phones.length === 0) return null
  return (
    <Section title={t.value('detail.phone')} picture="phone" name="phones">
      {view.phones.map(({ number, note }) => (
        <p key={number}><a class="number" dir="ltr" href={`tel:${number.replace(/[^+\d]/g, '')}`}>{number}</a>{note !== undefined && <span class="quiet" lang={view.written} dir="auto"> {note}</span>}</p>
      ))}
    </Section>
  )
}

/** Facts of one sentence each, written in the directory's language. */
function Facts({ view }: { view: DetailView }) {
  const facts = [['apply', view.howToApply], ['who', view.eligibility], ['fees', view.fees]] as const
  const spoken = view.languages.join(', ')
  if (facts.every(([, text]) => text === undefined) && spoken === '' && view.documents.length === 0) return null
  return (
    <Section title={view.documents.length > 0 ? t.value('detail.bring') : t.value('detail.facts')} picture={view.documents.length > 0 ? 'bag' : 'list'} name="facts">
      {view.documents.length > 0 && <ul class="documents" lang={view.written} dir="auto">{view.documents.map((one) => <li key={one}>{one}</li>)}</ul>}
      <dl>
        {facts.map(([key, text]) => text !== undefined && <div key={key}><dt>{t.value(`detail.${key}`)}</dt><dd lang={view.written} dir="auto">{text}</dd></div>)}
        {spoken !== '' && <div><dt>{t.value('detail.spoken')}</dt><dd>{spoken}</dd></div>}
      </dl>
    </Section>
  )
}

function TakeAway({ view }: { view: DetailView }) {
  if (view.link === undefined) return null
  return (
    <section class="section take">
      <Qr text={view.link} label={t.value('detail.qr')} />
      <div class="how"><h2>{t.value('detail.qr')}</h2><p>{t.value('detail.qrHow')}</p></div>
    </section>
  )
}

export function Detail({ view }: { view: DetailView | undefined }) {
  if (!view) return <h1 tabIndex={-1} class="waiting">{t.value('wait')}</h1>
  return (
    <>
      <div class="ask">
        <div class="title">
          <span class="picture"><Pictogram name={view.needs[0] ?? view.tile} /></span>
          <div>
            <h1 tabIndex={-1}><Said {...view.name} /></h1>
            {view.organization !== undefined && view.organization !== view.name.text && <p class="quiet"><bdi lang={view.written}>{view.organization}</bdi></p>}
          </div>
        </div>
        <p class="facts"><StateChip card={view} /><Way card={view} /></p>
        {view.alert !== undefined && <p class="alert" lang={view.written} dir="auto">{view.alert}</p>}
        {view.description && <p class="description"><Said {...view.description} /></p>}
        <Badges card={view} />
        {view.checkedDays !== undefined && <p class="quiet checked">{t.value(view.checkedDays === 0 ? 'detail.checked_zero' : 'detail.checked', { count: view.checkedDays })}</p>}
      </div>
      <div class="sections">
        <Week view={view} />
        <Where view={view} />
        <Facts view={view} />
        <Phones view={view} />
        <TakeAway view={view} />
      </div>
    </>
  )
}
