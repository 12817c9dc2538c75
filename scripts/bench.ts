// npm run bench [-- AREA|FIGURE] [--json]: what Parvis costs, beside real peers in the same run.
import { BENCHMARKS } from './bench/benchmarks.ts'
import { targetText, verdict, type Figure } from './bench/figure.ts'

function row(figure: Figure): string {
  const value = figure.value >= 100 ? figure.value.toFixed(0) : figure.value.toPrecision(3)
  const peer = figure.peer === undefined ? '' : `${figure.ratio?.toFixed(2)} × ${figure.peer}`
  return [figure.name.padEnd(24), `${value} ${figure.unit}`.padStart(14), targetText(figure.name).padStart(10), verdict(figure).padEnd(7), peer.padEnd(30), figure.setup].join('  ')
}

const args = process.argv.slice(2)
const areas = [...new Set(BENCHMARKS.map((one) => one.area))].join(', ')
if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(`npm run bench [-- AREA|FIGURE] [--json]\n\nMeasures on this machine, which should have nothing else to do; all of it takes some minutes. Areas: ${areas}.\n`)
  process.exit(0)
}
const json = args.includes('--json')
const wanted = args.find((arg) => !arg.startsWith('--'))
const chosen = BENCHMARKS.filter((benchmark) => wanted === undefined || benchmark.area === wanted || benchmark.names.includes(wanted))
if (chosen.length === 0) {
  process.stderr.write(`bench: no area or figure "${wanted}"; areas: ${areas}\n`)
  process.exit(2)
}
for (const benchmark of chosen) {
  try {
    for (const figure of await benchmark.measure()) process.stdout.write(`${json ? JSON.stringify(figure) : row(figure)}\n`)
  } catch (error) {
    process.stderr.write(`bench: ${benchmark.names.join(', ')} not measured: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
