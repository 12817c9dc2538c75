// Processes by their kinship, read from /proc: nsenter stands between us and what runs in a namespace, and passes no signal on.
import { readdirSync, readFileSync } from 'node:fs'

/** The parent's id, or undefined when the process has gone. The name in parentheses may itself hold parentheses. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}

export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid).map(Number)
}

/** Signals what `nsenter` started; one that has gone already is fine. */
export function signalInside(nsenter: number, name: NodeJS.Signals): void {
  try {
    for (const pid of childrenOf(nsenter)) process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}
