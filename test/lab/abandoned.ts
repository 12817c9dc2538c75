// A worker that builds a town with someone sleeping in it, tells the sleeper's process id, and never tidies up.
import { childrenOf } from './processes.ts'
import { createLab } from './lab.ts'

const lab = await createLab()
const sleeper = lab.spawn('phone', ['sh', '-c', 'echo asleep; exec sleep 1000'])
await sleeper.says('asleep')
process.send?.(childrenOf(sleeper.child.pid ?? 0)[0])
