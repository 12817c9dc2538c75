// npm run verify: fuzzing and simulation, every `*.verify.ts` of the project, and which branches of radius/ its tests reach; longer than
// a test, shorter than a soak.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from './test/child.ts'
import { ensurePeers } from './test/peers.ts'

const root = join(import.meta.dirname, '..')
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
/** The tests of radius/: its own, those with real peers, and those of vouchers that a hub lends. */
const RADIUS_TESTS = ['radius', 'test/peers/radius', 'portal/hub/vouchers/city-vouchers']
/** Percent of the branches of radius/ that they reach. */
const LEAST_BRANCHES = 90

/** What times something has the machine to itself: `*.alone.verify.ts`. */
const ALONE = '.alone.verify.ts'

async function simulations(files: readonly string[]): Promise<number> {
  const run = (...args: readonly string[]): Promise<number> => runChild(process.execPath, [vitest, 'run', '--config', 'vitest.verify.config.ts', '--passWithNoTests', ...args])
  if (files.length > 0) return run('--no-file-parallelism', ...files)
  return (await run('--exclude', `**/*${ALONE}`)) || run('--no-file-parallelism', ALONE)
}

async function coverage(): Promise<number> {
  const reports = mkdtempSync(join(tmpdir(), 'parvis-coverage-'))
  const options = ['enabled', 'include=radius/**/*.ts', 'exclude=radius/**/*.{test,verify}.ts', 'reporter=text', `reportsDirectory=${reports}`, `thresholds.branches=${LEAST_BRANCHES}`]
  try {
    return await runChild(process.execPath, [vitest, 'run', ...RADIUS_TESTS, ...options.map((option) => `--coverage.${option}`)])
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
}

process.chdir(root)
ensurePeers()
const chosen = process.argv.slice(2)
const failed = (await simulations(chosen)) || (chosen.length === 0 ? await coverage() : 0)
process.exitCode = failed
