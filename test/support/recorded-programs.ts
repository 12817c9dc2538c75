// Every program that a process and its children start, with its arguments and its environment, as the kernel was asked for them.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { peer } from './peer.ts'

/** What a command is put behind to have its programs written to `file`. */
export function recordingTo(file: string): readonly string[] {
  return [peer('strace'), '-f', '-qq', '--seccomp-bpf', '-v', '-s', '65536', '-e', 'trace=execve,execveat', '-e', 'signal=none', '-o', file]
}

export type Started = { readonly program: string; /** As strace writes it, whole. */ readonly text: string }

/** One for each place of PATH that was tried. */
export function startedIn(file: string): readonly Started[] {
  return readFileSync(file, 'latin1').split('\n').flatMap((text) => {
    const path = /\bexecve(?:at)?\([^"]*"([^"]*)"/.exec(text)?.[1]
    return path === undefined ? [] : [{ program: basename(path), text }]
  })
}
