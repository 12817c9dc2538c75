import { signal } from '@preact/signals'
import { home, language } from '../state.ts'
import { clock } from '../wording.ts'

const EVERY_MS = 5_000
const now = signal(Date.now())
setInterval(() => (now.value = Date.now()), EVERY_MS)

/** The hour of the town, whatever the clock of this machine is set to show. */
export function Hour() {
  const timeZone = home.value?.timezone
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', ...(timeZone === undefined ? {} : { timeZone }) }).format(now.value)
  return <time class="hour" dir="ltr">{clock(time, language.value, true)}</time>
}
