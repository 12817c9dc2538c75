/** How many slips are forgiven in a word of this length: none in short ones, where every word is near every other. */
function forgiven(length: number): number {
  return length < 4 ? 0 : length < 7 ? 1 : 2
}

/**
 * Damerau–Levenshtein distance (adjacent letters swapped count once), given up as soon as it must exceed `most`;
 * then `most + 1` is returned.
 */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      row.push(cost)
      least = Math.min(least, cost)
    }
    if (least > most) return most + 1
    before = last
    last = row
  }
  return last[b.length] ?? most + 1
}

/** The words that the directory and the need words hold, for mending what was typed. */
export type Vocabulary = {
  has(word: string): boolean
  /** True when a known word begins so: whoever is still typing has made no mistake yet. */
  begins(start: string): boolean
  /** The nearest known word within the forgiven slips, the more frequent of equals; undefined when there is none. */
  nearest(word: string): string | undefined
}

/** @param counts known words with the number of entries they occur in. */
export function createVocabulary(counts: ReadonlyMap<string, number>): Vocabulary {
  const byLength = new Map<number, string[]>()
  for (const word of counts.keys()) {
    const bucket = byLength.get(word.length)
    if (bucket) bucket.push(word)
    else byLength.set(word.length, [word])
  }
  const sorted = [...counts.keys()].sort()

  function begins(start: string): boolean {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle] ?? '') < start) low = middle + 1
      else high = middle
    }
    return sorted[low]?.startsWith(start) ?? false
  }

  function nearest(word: string): string | undefined {
    let best: string | undefined
    let fewest = forgiven(word.length)
    for (let length = word.length - fewest; length <= word.length + fewest; length++) {
      for (const known of byLength.get(length) ?? []) {
        const slips = distance(word, known, fewest)
        if (slips > fewest) continue
        if (best !== undefined && slips === fewest && (counts.get(known) ?? 0) <= (counts.get(best) ?? 0)) continue
        best = known
        fewest = slips
      }
    }
    return best
  }

  return { has: (word) => counts.has(word), begins, nearest }
}
