// What a process costs, read from /proc (Linux): proc(5).
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** sysconf(_SC_CLK_TCK) is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100
/** Fields 14 and 15 of /proc/PID/stat, counted behind the command's closing bracket. */
const USER_TICKS = 11
const SYSTEM_TICKS = 12

/** Seconds of processor time that all threads of a process have taken so far, in user and kernel mode. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND
}

export const SERVER_CORE = '0'
export const LOAD_CORE = '1'

/** @throws when generator and server would have to share a processor. */
export function twoCores(): void {
  if (availableParallelism() < 2) throw new Error('two processors are needed: one for the server, one for the load')
}
