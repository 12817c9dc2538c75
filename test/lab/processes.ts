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

/** The child that does not itself wait for a child: what really runs below a chain of nsenter, ip and sh. */
export function lastDescendant(pid: number): number {
  const [child] = childrenOf(pid)
  return child === undefined ? pid : lastDescendant(child)
}

/** Signals `pid`; one that has gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}
