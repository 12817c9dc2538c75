import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { BottomBar } from './parts/bottom-bar.tsx'
import { Failed } from './parts/failed.tsx'
import { IdleWarning } from './parts/idle-warning.tsx'
import { TopBar } from './parts/top-bar.tsx'
import { secondsLeft } from './idle.ts'
import { Attract } from './screens/attract.tsx'
import { Detail } from './screens/detail.tsx'
import { Emergency } from './screens/emergency.tsx'
import { Home } from './screens/home.tsx'
import { ResultsScreen } from './screens/results.tsx'
import { failed, screen, type Screen } from './state.ts'

function Content({ now }: { now: Screen }) {
  switch (now.kind) {
    case 'attract':
      return <Attract />
    case 'home':
      return <Home />
    case 'results':
      return <ResultsScreen results={now} />
    case 'emergency':
      return <Emergency view={now.view} />
    case 'detail':
      return <Detail view={now.view} />
  }
}

/** Moves reading and focus to the heading when another screen comes up, as a new page would. */
function Main({ kind, children }: { kind: string; children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null)
  useEffect(() => {
    main.current?.parentElement?.scrollTo(0, 0)
    main.current?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true })
  }, [kind])
  return <main ref={main} class={`screen ${kind}`}>{children}</main>
}

export function App() {
  const now = screen.value
  const warned = secondsLeft.value !== undefined
  if (now.kind === 'attract') return <main class="screen attract"><Attract /></main>
  return (
    <>
      <div class="shell" inert={warned}>
        <div class="scroll">
          <TopBar />
          <Main kind={now.kind}>
            {failed.value && <Failed />}
            {(!failed.value || now.kind === 'emergency') && <Content now={now} />}
          </Main>
        </div>
        <BottomBar canGoBack={now.kind !== 'home'} />
      </div>
      {warned && <IdleWarning />}
    </>
  )
}
