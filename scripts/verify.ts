// npm run verify: fuzzing and simulation, every `*.verify.ts` of the project; longer than a test, shorter than a soak.
import { join } from 'node:path'
import { runChild } from './test/child.ts'

const root = join(import.meta.dirname, '..')
process.chdir(root)
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
process.exitCode = await runChild(process.execPath, [vitest, 'run', '--config', 'vitest.verify.config.ts', '--passWithNoTests', ...process.argv.slice(2)])
