// npm test: types, lint, then vitest; the last line is the count, whatever happened before it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from './test/child.ts'
import { countResults, lastLine, type Count } from './test/count.ts'
import { ensurePeers } from './test/peers.ts'

const root = join(import.meta.dirname, '..')
const modules = join(root, 'node_modules')
const CHECKS: readonly (readonly [name: string, script: string, args: readonly string[]])[] = [
  ['types', join(modules, 'typescript', 'bin', 'tsc'), []],
  ['lint', join(modules, 'oxlint', 'bin', 'oxlint'), ['--deny-warnings']],
]

async function checks(): Promise<number> {
  let failed = 0
  for (const [name, script, args] of CHECKS) {
    if ((await runChild(process.execPath, [script, ...args])) === 0) continue
    process.stdout.write(`${name} failed\n`)
    failed++
  }
  return failed
}

async function tests(files: readonly string[]): Promise<Count> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-test-'))
  const report = join(dir, 'report.json')
  try {
    const args = [join(modules, 'vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...files]
    const code = await runChild(process.execPath, args)
    return countResults(readReport(report), code)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function readReport(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

if (process.argv.some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write('npm test [-- FILE …]\n\nTypes and lint of the whole tree, then the tests, or those of FILE; the last line counts them.\n')
  process.exit(0)
}
process.chdir(root)
ensurePeers()
const brokenChecks = await checks()
const count = await tests(process.argv.slice(2))
const total = { ...count, failed: count.failed + brokenChecks }
process.stdout.write(`${lastLine(total)}\n`)
process.exitCode = total.failed > 0 ? 1 : 0
