import type { ChildProcess } from 'node:child_process'
import type { Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { UnavailableError } from '#shared/errors.ts'
import { start } from './programs.ts'

/** nft says nothing when it succeeds: what it says to this comes after all that it had to say before. */
const FENCE = 'describe ether_addr'
const FENCE_ANSWER = /^datatype ether_addr .*\n/m
/** A fence may come in pieces: so much is kept back of a listing that is handed over as it comes. */
const LONGEST_FENCE = 200
/** A change takes a millisecond, a listing of 10,000 clients a tenth of a second: beyond this the child is given up. */
const ANSWER_TIMEOUT_MS = 10_000
const MOST_WAITING = 10_000
const STOP_TIMEOUT_MS = 1_000

export type NftWriter = {
  /**
   * One line, one atomic batch; resolves with what nft printed (JSON for a listing).
   * @throws UnavailableError `enforcer` when nft refuses, dies or stays silent. Whether the kernel took the batch of an nft
   * that died is unknown: the caller's reconciliation finds out.
   */
  run(line: string): Promise<string>
  /** A listing that may be long: hands over what nft prints as it comes, so that a megabyte never stands in memory at once. */
  read(line: string, take: (text: string) => void): Promise<void>
  stop(): Promise<void>
}

type Waiting = { readonly resolve: (text: string) => void; readonly reject: (error: UnavailableError) => void; readonly take?: ((text: string) => void) | undefined }

/** One long-lived `nft -j -i`: a spawned nft costs ten times as much a change. It is started anew when it has died. */
export function createNftWriter({ clock, log, metrics }: Effects): NftWriter {
  const restarts = metrics.counter('parvis_gateway_restarts_total', 'Helper programs of the gateway that died and were started anew', { program: 'nft' })
  let child: ChildProcess | undefined
  let startedBefore = false
  let stopped = false
  let waiting: Waiting[] = []
  let heard = ''
  let cancelTimeout: Cancel | undefined

  function refused(text: string): UnavailableError {
    // The first line only: the next ones repeat the command, with the hardware address in it.
    const said = /Error: (.*)/.exec(text)?.[1] ?? 'no reason given'
    return new UnavailableError('enforcer', `nft refused: ${said}`, { data: { said } })
  }

  function giveUp(dead: ChildProcess, why: string): void {
    if (child !== dead) return
    child = undefined
    heard = ''
    cancelTimeout?.()
    const lost = waiting
    waiting = []
    dead.kill('SIGKILL')
    if (!stopped) log.warn('nft-lost', { why, waiting: lost.length })
    for (const one of lost) one.reject(new UnavailableError('enforcer', `nft ${why}`))
  }

  function watch(patient: ChildProcess): void {
    cancelTimeout?.()
    cancelTimeout = waiting.length > 0 ? clock.after(ANSWER_TIMEOUT_MS, () => giveUp(patient, 'did not answer')) : undefined
  }

  /** All but what may be the beginning of a fence. */
  function handOver(take: Waiting['take']): void {
    if (!take || heard.length <= LONGEST_FENCE) return
    take(heard.slice(0, -LONGEST_FENCE))
    heard = heard.slice(-LONGEST_FENCE)
  }

  function hear(from: ChildProcess, chunk: Buffer): void {
    if (child !== from) return
    heard += chunk.toString('latin1')
    let moved = false
    for (let fence = FENCE_ANSWER.exec(heard); fence; fence = FENCE_ANSWER.exec(heard)) {
      const answer = heard.slice(0, fence.index)
      heard = heard.slice(fence.index + fence[0].length)
      const one = waiting.shift()
      if (/^Error: /m.test(answer)) one?.reject(refused(answer))
      else if (one?.take) one.resolve((one.take(answer), ''))
      else one?.resolve(answer)
      moved = true
    }
    handOver(waiting[0]?.take)
    if (moved) watch(from)
  }

  function running(): ChildProcess {
    if (child) return child
    if (startedBefore) restarts()
    startedBefore = true
    // One pipe for both outputs keeps an error before the fence that follows it.
    const fresh = start('sh', ['-c', 'exec nft -j -i 2>&1'])
    child = fresh
    fresh.stdout?.on('data', (chunk: Buffer) => hear(fresh, chunk))
    fresh.stdin?.on('error', () => {})
    fresh.once('error', () => giveUp(fresh, 'could not be started'))
    fresh.once('close', () => giveUp(fresh, 'ended'))
    return fresh
  }

  function ask(line: string, take?: (text: string) => void): Promise<string> {
    if (stopped) return Promise.reject(new UnavailableError('enforcer', 'the nftables enforcer is stopped'))
    if (waiting.length >= MOST_WAITING) return Promise.reject(new UnavailableError('enforcer', 'too many changes wait for nft'))
    if (line.includes('\n')) throw new TypeError('one batch is one line')
    return new Promise((resolve, reject) => {
      const nft = running()
      waiting.push({ resolve, reject, take })
      nft.stdin?.write(`${line}\n${FENCE}\n`)
      if (waiting.length === 1) watch(nft)
    })
  }

  return {
    run: (line) => ask(line),
    read: async (line, take) => void (await ask(line, take)),
    async stop() {
      stopped = true
      const last = child
      if (!last) return
      const ended = new Promise((resolve) => last.once('close', resolve))
      const cancel = clock.after(STOP_TIMEOUT_MS, () => last.kill('SIGKILL'))
      last.stdin?.end()
      await ended
      cancel()
    },
  }
}
