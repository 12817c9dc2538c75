// A name or a password from whoever sits there, the latter without showing it, or from a pipe: every process can read a command line.
import { UsageError } from '#shared/errors.ts'
import type { Io } from './command.ts'

const LONGEST_LINE = 4_096
const [BACKSPACE, DELETE, INTERRUPT, END_OF_INPUT] = ['\b', '\u007f', '\u0003', '\u0004']

/** What is asked for, in the words of the prompt. What is hidden is typed twice. */
export type Wanted = { readonly what: string; readonly hidden: boolean }

/** The first lines of a pipe, without their ends; those that are missing are empty. */
async function fromPipe(count: number): Promise<readonly string[]> {
  let text = ''
  for await (const part of process.stdin.setEncoding('utf8')) {
    text += String(part)
    if (text.split('\n').length > count || text.length > count * LONGEST_LINE) break
  }
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  return Array.from({ length: count }, (_, index) => lines[index] ?? '')
}

function fromTerminal(prompt: string, hidden: boolean, io: Io): Promise<string> {
  io.err(prompt)
  const { stdin } = process
  const show = (text: string): void => {
    if (!hidden) io.err(text)
  }
  stdin.setEncoding('utf8').setRawMode(true).resume()
  return new Promise((resolve, reject) => {
    let typed: string[] = []
    function end(settle: () => void): void {
      stdin.setRawMode(false).pause()
      stdin.off('data', hear)
      io.err('\n')
      settle()
    }
    function takeBack(): void {
      if (typed.length > 0) show('\b \b')
      typed = typed.slice(0, -1)
    }
    function hear(part: string): void {
      for (const sign of part) {
        if (sign === INTERRUPT) return end(() => reject(new UsageError('interrupted', 'nothing was changed')))
        if (sign === '\r' || sign === '\n' || sign === END_OF_INPUT) return end(() => resolve(typed.join('')))
        if (sign === BACKSPACE || sign === DELETE) takeBack()
        else {
          typed.push(sign)
          show(sign)
        }
      }
    }
    stdin.on('data', hear)
  })
}

async function twice(what: string, io: Io): Promise<string> {
  const first = await fromTerminal(`${what}: `, true, io)
  const again = await fromTerminal(`${what}, once more: `, true, io)
  if (first !== again) throw new UsageError('usage', 'the two are not the same: nothing was changed')
  return first
}

/** One answer each: typed at a terminal, or a line of a pipe. @throws UsageError when what is typed twice differs. */
export async function readTyped(wanted: readonly Wanted[], io: Io): Promise<readonly string[]> {
  // Nothing to ask for: a pipe that stays open is not waited for.
  if (wanted.length === 0) return []
  if (!process.stdin.isTTY) return fromPipe(wanted.length)
  const answers: string[] = []
  for (const { what, hidden } of wanted) answers.push(hidden ? await twice(what, io) : await fromTerminal(`${what}: `, false, io))
  return answers
}
