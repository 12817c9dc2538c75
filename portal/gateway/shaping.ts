import { UnavailableError } from '#shared/errors.ts'
import { parseListing } from './elements.ts'
import { classOf, createShares, deviceArguments, shapersOf, shapingBatch, shareOf, type Shaper } from './fairness.ts'
import type { NftWriter } from './nft-writer.ts'
import type { NftablesSettings } from './policy.ts'
import { run } from './programs.ts'
import { TABLE } from './ruleset.ts'

export type Shaping = {
  /** Puts the queues in place and learns which classes are in use. */
  start(): Promise<void>
  /** The class of a session; undefined where no line is shared out. */
  classFor(mark: number): string | undefined
  /** The class that it has. */
  held(mark: number): string | undefined
  forget(mark: number): void
}

async function shape(shaper: Shaper): Promise<void> {
  // Exit code 2 and `File exists`: it is there from before.
  const made = await run('ip', deviceArguments(shaper))
  if (made.code !== 0 && !made.stderr.includes('exists')) throw refused('ip', made.stderr)
  // The queue of an earlier life, which may have had another speed; where there is none it says so.
  await run('tc', ['qdisc', 'del', 'dev', shaper.device, 'root'])
  const steps = [await run('ip', ['link', 'set', shaper.device, 'up']), await run('tc', ['-batch', '-'], shapingBatch(shaper))]
  for (const { code, stderr } of steps) if (code !== 0) throw refused('tc', stderr)
}

function refused(program: string, stderr: string): UnavailableError {
  const said = stderr.split('\n')[0] ?? ''
  return new UnavailableError('enforcer', `${program} did not take the queues of the line (are the kernel's htb, ifb, u32 and mirred there?): ${said}`, { data: { said } })
}

export function createShaping(settings: NftablesSettings, reader: NftWriter): Shaping {
  const shapers = shapersOf(settings)
  const shares = createShares()
  return {
    async start() {
      if (shapers.length === 0) return
      for (const shaper of shapers) await shape(shaper)
      for (const { val, to } of parseListing(await reader.run(`list map ${TABLE} share`))) shares.known(Number(val), shareOf(String(to)))
    },
    classFor: (mark) => (shapers.length === 0 ? undefined : classOf(shares.take(mark))),
    held(mark) {
      const share = shares.of(mark)
      return share === undefined ? undefined : classOf(share)
    },
    forget: (mark) => shares.free(mark),
  }
}
