// A password from whoever sits there, without showing it, or from a pipe; never from the command line, which every process can read.
import { UsageError } from '#shared/errors.ts'
import type { Io } from './command.ts'

const LONGEST_LINE = 4_096
const [BACKSPACE, DELETE, INTERRUPT, END_OF_INPUT] = ['\b', '\u007f', '\u0003', '\u0004']

/** The first line of a pipe, without its end. */
async function fromPipe(): Promise<string> {
  let text = ''
  for await (const part of process.stdin.setEncoding('utf8')) {
    text += String(part)
    if (text.includes('\n') || text.length > LONGEST_LINE) break
  }
  return text.split('\n')[0]?.replace(/\r$/, '') ?? ''
}

function fromTerminal(prompt: string, io: Io): Promise<string> {
  io.err(prompt)
  const { stdin } = process
  stdin.setEncoding('utf8').setRawMode(true).resume()
  return new Promise((resolve, reject) => {
    let typed = ''
    function end(settle: () => void): void {
      stdin.setRawMode(false).pause()
      stdin.off('data', hear)
      io.err('\n')
      settle()
    }
    function hear(part: string): void {
      for (const sign of part) {
        if (sign === INTERRUPT) return end(() => reject(new UsageError('interrupted', 'nothing was changed')))
        if (sign === '\r' || sign === '\n' || sign === END_OF_INPUT) return end(() => resolve(typed))
        typed = sign === BACKSPACE || sign === DELETE ? Array.from(typed).slice(0, -1).join('') : typed + sign
      }
    }
    stdin.on('data', hear)
  })
}

/** @throws UsageError when it is typed twice and differs. */
export async function readSecret(what: string, io: Io): Promise<string> {
  if (!process.stdin.isTTY) return fromPipe()
  const first = await fromTerminal(`${what}: `, io)
  const again = await fromTerminal(`${what}, once more: `, io)
  if (first !== again) throw new UsageError('usage', 'the two are not the same: nothing was changed')
  return first
}
