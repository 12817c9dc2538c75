import { useState } from 'preact/hooks'
import { goResults } from '../state.ts'
import { t } from '../translate.ts'
import { Pictogram } from './pictograms.tsx'

const LONGEST = 200

export function SearchField({ typed = '' }: { typed?: string }) {
  const [text, setText] = useState(typed)
  function submit(event: Event): void {
    event.preventDefault()
    if (text.trim() !== '') void goResults({ text: text.trim(), filters: [] })
  }
  return (
    <form class="search" role="search" onSubmit={submit}>
      <label for="words">{t.value('search.label')}</label>
      <div class="field">
        <input id="words" type="text" inputMode="search" enterKeyHint="search" autoComplete="off" autoCorrect="off" spellcheck={false} maxLength={LONGEST}
          dir={text === '' ? undefined : 'auto'} placeholder={t.value('search.hint')} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="submit" class="action"><Pictogram name="search" /><span>{t.value('search.go')}</span></button>
      </div>
    </form>
  )
}
