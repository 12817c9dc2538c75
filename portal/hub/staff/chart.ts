import { html } from 'hono/html'
import type { Day } from './days.ts'
import { halfWidth } from './noise.ts'
import { integer, shortDate, type Html, type View } from './view.ts'

/** Lines are drawn on the server, so that a page needs no script and prints as it is seen. Time runs left to right in every language. */
type Frame = { readonly width: number; readonly height: number; readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }
const LARGE: Frame = { width: 1048, height: 300, left: 60, right: 16, top: 20, bottom: 52 }
const NARROW: Frame = { width: 340, height: 240, left: 48, right: 10, top: 16, bottom: 48 }
/** A date takes about so many units of its frame. */
const LABEL_WIDTH = 110
const SMALL: Frame = { width: 180, height: 40, left: 2, right: 4, top: 4, bottom: 4 }

type Point = { readonly x: number; readonly value: number; readonly low: number; readonly high: number }
type Scale = { x(index: number): number; y(value: number): number; readonly top: number; readonly step: number }

/** 1, 2 or 5 times a power of ten: at most five lines of the grid. */
function niceStep(most: number): number {
  const rough = Math.max(most, 1) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10)
}

function scaleOf(days: readonly Day[], frame: Frame): Scale {
  const most = Math.max(1, ...days.map(({ arrivals }) => (arrivals ? arrivals.value + halfWidth(arrivals) : 0)))
  const step = niceStep(most)
  const top = Math.ceil(most / step) * step
  const inner = { width: frame.width - frame.left - frame.right, height: frame.height - frame.top - frame.bottom }
  return {
    x: (index) => frame.left + (inner.width * (index + 0.5)) / Math.max(1, days.length),
    // Noise can push a number below zero; the axis starts at zero all the same.
    y: (value) => frame.top + inner.height * (1 - Math.min(Math.max(0, value), top) / top),
    top,
    step,
  }
}

/** Unbroken stretches: a line across a gap would invent days. */
function stretches(days: readonly Day[], scale: Scale): Point[][] {
  const all: Point[][] = [[]]
  for (const [index, { arrivals }] of days.entries()) {
    if (!arrivals) all.push([])
    else all.at(-1)?.push({ x: scale.x(index), value: arrivals.value, low: arrivals.value - halfWidth(arrivals), high: arrivals.value + halfWidth(arrivals) })
  }
  return all.filter((stretch) => stretch.length > 0)
}

const round = (value: number): number => Math.round(value * 10) / 10
const path = (points: readonly (readonly [number, number])[]): string => points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('')

function drawn(points: readonly Point[], scale: Scale): Html {
  const upper = points.map(({ x, high }) => [x, scale.y(high)] as const)
  const lower = points.map(({ x, low }) => [x, scale.y(low)] as const)
  const [first] = points
  const dot = first && points.length === 1 ? html`<circle class="dot" cx="${round(first.x)}" cy="${round(scale.y(first.value))}" r="3"/>` : ''
  return html`<path class="band" d="${path([...upper, ...lower.toReversed()])}Z"/><path class="line" d="${path(points.map(({ x, value }) => [x, scale.y(value)]))}"/>${dot}`
}

/** The last days as a thumbnail beside numbers that say the same. */
export function spark(days: readonly Day[]): Html {
  const scale = scaleOf(days, SMALL)
  return html`<svg class="spark" viewBox="0 0 ${SMALL.width} ${SMALL.height}" aria-hidden="true" direction="ltr">${stretches(days, scale).map((points) => drawn(points, scale))}</svg>`
}

/** Days with their band of uncertainty, gaps hatched, and under it how much of each day was measured; drawn for wide and for narrow screens. */
export function dayChart(view: View, days: readonly Day[]): Html {
  return html`${framed(view, days, LARGE, 'wide')}${framed(view, days, NARROW, 'narrow')}`
}

function framed(view: View, days: readonly Day[], frame: Frame, name: 'wide' | 'narrow'): Html {
  const { width, height, left, right, top, bottom } = frame
  const scale = scaleOf(days, frame)
  const floor = height - bottom
  const column = (width - left - right) / Math.max(1, days.length)
  const grid = Array.from({ length: Math.round(scale.top / scale.step) + 1 }, (_, index) => index * scale.step).map((value) => {
    const y = round(scale.y(value))
    return html`<path class="grid" d="M${left} ${y}H${width - right}"/><text x="${left - 8}" y="${y + 4}" text-anchor="end">${integer(view, value)}</text>`
  })
  const every = Math.max(1, Math.ceil((days.length * LABEL_WIDTH) / (width - left - right)))
  const fits = (x: number) => x + LABEL_WIDTH / 2 <= width
  const labels = days.map((day, index) => (index % every === Math.floor(every / 2) && fits(scale.x(index)) ? html`<text x="${round(scale.x(index))}" y="${height - 10}" text-anchor="middle">${shortDate(view, day.date)}</text>` : ''))
  const gaps = days.map((day, index) => (day.arrivals ? '' : html`<rect x="${round(scale.x(index) - column / 2)}" y="${top}" width="${round(column)}" height="${floor - top}" fill="url(#gap-${name})"/>`))
  const strip = days.map((day, index) => {
    const kind = day.coverage >= 0.995 ? 'full' : day.coverage > 0 ? 'part' : 'none'
    return html`<rect class="strip-${kind}" x="${round(scale.x(index) - column / 2 + 0.5)}" y="${floor + 6}" width="${round(Math.max(1, column - 1))}" height="6"/>`
  })
  const [first, last] = [days[0]?.date ?? '', days.at(-1)?.date ?? '']
  return html`<svg class="chart ${name}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="chart-${name}" direction="ltr"><title id="chart-${name}">${view.t('site.chartText', { from: shortDate(view, first), to: shortDate(view, last) })}</title><defs><pattern id="gap-${name}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V8"/></pattern></defs>${grid}${gaps}${stretches(days, scale).map((points) => drawn(points, scale))}${strip}${labels}</svg>`
}
