// Whoever leaves without quitting is forgotten: 40 s without a touch, then 20 s in which one touch gives more time.
import { effect, signal } from '@preact/signals'
import { screen, wipe } from './state.ts'

export const IDLE_SECONDS = 40
export const COUNTDOWN_SECONDS = 20
const SIGNS_OF_LIFE = ['pointerdown', 'keydown', 'wheel', 'touchmove', 'scroll'] as const

/** Seconds until the wipe while the warning shows. */
export const secondsLeft = signal<number | undefined>(undefined)

let timer: ReturnType<typeof setTimeout> | undefined

function countDown(seconds: number): void {
  if (seconds === 0) return wipe()
  secondsLeft.value = seconds
  timer = setTimeout(() => countDown(seconds - 1), 1_000)
}

/** Starts the waiting again; on the attract screen there is nothing to forget. */
export function stayAwake(): void {
  clearTimeout(timer)
  secondsLeft.value = undefined
  if (screen.value.kind !== 'attract') timer = setTimeout(() => countDown(COUNTDOWN_SECONDS), IDLE_SECONDS * 1_000)
}

export function watchIdleness(): void {
  // Under the warning only its own buttons count: a passer-by's elbow must not keep a stranger's page open.
  const alive = () => secondsLeft.value === undefined && stayAwake()
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, alive, { passive: true, capture: true })
  effect(() => {
    void screen.value
    stayAwake()
  })
}
