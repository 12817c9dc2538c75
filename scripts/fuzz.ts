// npm run fuzz -- radius [--cases N] [--seed N] [--keep]: almost right packets at every door of a running server.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { fuzzRadius, reportText } from '#test/fuzz/radius/fuzz.ts'

const USAGE = `npm run fuzz -- radius [--cases N] [--seed N] [--keep]

Sends N (100000) almost right packets to a RADIUS server of its own and checks that it goes on answering honest ones.
--seed repeats a run; --keep adds packets that set off something new to test/corpus/radius.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string' }, keep: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
})
const cases = Number(values.cases)
const seed = Number(values.seed ?? randomInt(1, 2 ** 31))
if (values.help) {
  process.stdout.write(USAGE)
} else if (positionals[0] !== 'radius' || !Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write(USAGE)
  process.exitCode = 2
} else {
  const report = await fuzzRadius({ cases, seed, keep: values.keep, progress: (sent) => process.stderr.write(`${sent} of ${cases}\n`) })
  process.stdout.write(`${reportText(report)}\n`)
  if (report.failed > 0) process.exitCode = 1
}
