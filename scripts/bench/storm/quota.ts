// A share of one processor for a process, by control group: what a small gateway has.
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = '/sys/fs/cgroup'
/** Linux's own: a shorter one shortens the pauses of a process that has used its share up, and nobody's gateway has it set. */
const PERIOD_US = 100_000

export type Quota = {
  /** Whom it holds; threads and later children too. */
  hold(pid: number): void
  /** Once nobody is in it any more. */
  remove(): void
}

type Layout = { readonly folder: string; set(group: string, quotaUs: number): void }

/** Control groups of version 2 where they are, else of version 1. */
function layout(): Layout {
  if (existsSync(join(ROOT, 'cgroup.controllers'))) return { folder: ROOT, set: (group, quotaUs) => writeFileSync(join(group, 'cpu.max'), `${quotaUs} ${PERIOD_US}`) }
  return {
    folder: join(ROOT, 'cpu'),
    set(group, quotaUs) {
      writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_US))
      writeFileSync(join(group, 'cpu.cfs_quota_us'), String(quotaUs))
    },
  }
}

/** @param share of one processor. @throws Error where this machine or account has no control groups for it. */
export function quotaOf(share: number): Quota {
  const { folder, set } = layout()
  const group = join(folder, `parvis-bench-${process.pid}`)
  mkdirSync(group)
  try {
    set(group, Math.round(share * PERIOD_US))
  } catch (error) {
    rmdirSync(group)
    throw error
  }
  return { hold: (pid) => writeFileSync(join(group, 'cgroup.procs'), String(pid)), remove: () => rmdirSync(group) }
}
