// The programs of the system that a gateway of ours drives. No byte of a request ever becomes an argument of theirs.
import { spawn, type ChildProcess } from 'node:child_process'
import { UnavailableError } from '#shared/errors.ts'

/** An ordinary user's PATH leaves out where Debian keeps them. nft would write what it is told to `$HOME/.nft.history`. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/nonexistent', LANG: 'C' }
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024

export function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, { env: ENVIRONMENT, stdio: ['pipe', 'pipe', 'pipe'] })
}

export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Runs a program to its end. @throws UnavailableError `enforcer` when it is not there or says far too much. */
export function run(program: string, args: readonly string[], input = ''): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = start(program, args)
    const fail = (cause?: unknown) => reject(new UnavailableError('enforcer', `${program} could not be run`, { data: { program }, cause }))
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('latin1')
      if (stdout.length > MOST_OUTPUT_BYTES && child.kill('SIGKILL')) fail()
    })
    child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('latin1')).slice(0, 4096)))
    child.once('error', fail)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}
