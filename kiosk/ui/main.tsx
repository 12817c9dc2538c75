import { render } from 'preact'
import { App } from './app.tsx'
import { watchIdleness } from './idle.ts'
import { loadHome, wipe } from './state.ts'

// A page brought back from the browser's memory would show a stranger's screen.
addEventListener('pageshow', (event) => event.persisted && wipe())

const root = document.getElementById('screen')
if (root) render(<App />, root)
watchIdleness()
void loadHome()
