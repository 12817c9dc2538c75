// The text vectors under test/vectors: `#` is a comment, a blank line ends an example, a line is a key and what it says.
import { readFileSync } from 'node:fs'

export type Example = { readonly [key: string]: readonly string[] | undefined }

/** @param name of a file below test/vectors, such as `radius/values.txt`. */
export function readExamples(name: string): Example[] {
  const text = readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')
  const blocks = text.replace(/^#.*\n/gm, '').split(/\n{2,}/).filter((block) => block.trim() !== '')
  return blocks.map((block) => {
    const example: Record<string, string[]> = {}
    for (const line of block.trim().split('\n')) {
      const [key = '', ...rest] = line.split(' ')
      ;(example[key] ??= []).push(rest.join(' '))
    }
    return example
  })
}

/** Hexadecimal digits with spaces as one likes; `aa*3` is three times aa. */
export function bytesOf(hex: string): Buffer {
  const pieces = hex.split(' ').map((piece) => {
    const [digits = '', times = '1'] = piece.split('*')
    return Buffer.from(digits.repeat(Number(times)), 'hex')
  })
  return Buffer.concat(pieces)
}
