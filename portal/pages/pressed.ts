// A page that is the same for everyone but for a few words: drawn once, kept as bytes.

/** Noncharacters stand in no text (lent-words.ts has three others). */
const BLANK = '\uFDD3'
const BLANKS = /\uFDD3(\d+)\uFDD3/

/** Stands in a drawn page where the word of that index will be. */
export function blank(index: number): string {
  return BLANK + index + BLANK
}

/** The page with its blanks filled by words that need no escaping: base 64, digits. */
export type Pressed = (words: readonly string[]) => Uint8Array<ArrayBuffer>

export function press(page: string): Pressed {
  // Text and indices in turn, as `split` with a group gives them.
  const parts = page.split(BLANKS).map((part, at) => (at % 2 === 0 ? Buffer.from(part) : Number(part)))
  const fixedLength = parts.reduce<number>((sum, part) => sum + (typeof part === 'number' ? 0 : part.length), 0)
  const wordOf = (words: readonly string[], index: number): string => words[index] ?? ''

  return function fill(words) {
    const wordsLength = parts.reduce<number>((sum, part) => sum + (typeof part === 'number' ? wordOf(words, part).length : 0), 0)
    const bytes = Buffer.allocUnsafe(fixedLength + wordsLength)
    let at = 0
    for (const part of parts) {
      if (typeof part !== 'number') at += part.copy(bytes, at)
      else at += bytes.write(wordOf(words, part), at, 'latin1')
    }
    return bytes
  }
}
