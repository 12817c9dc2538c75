// Light stemming for a second, weaker column: enough that « réparer », « réparation » and « réparateur » meet.

type Rule = readonly [ending: RegExp, by: string]

/** First match wins. The look-behind keeps a stem of a length that still means something. */
const RULES: readonly Rule[] = [
  [/(?<=\p{L}{4})(?:issements?|issantes?)$/u, ''],
  [/(?<=\p{L}{4})(?:ations?|ateurs?|atrices?|ements?|ages?|euses?|eurs?)$/u, ''],
  [/(?<=\p{L}{3})(?:eaux)$/u, 'eau'],
  [/(?<=\p{L}{3})(?:aux)$/u, 'al'],
  [/(?<=\p{L}{4})(?:ives?|ifs?|iques?|ables?|antes?|ants?)$/u, ''],
  [/(?<=\p{L}{4})(?:ings?|ers?|ed|ees?|es|ez|ir|ie|ies)$/u, ''],
  [/(?<=\p{L}{3})[sxey]$/u, ''],
  [/(?<=\p{L}{3})(?:ات|ون|ين|ها|هم|يه|ان)$/u, ''],
  [/(?<=\p{L}{3})[هي]$/u, ''],
]

/** The stem of a folded word; often the word itself. */
export function stem(word: string): string {
  for (const [ending, by] of RULES) {
    const cut = word.replace(ending, by)
    if (cut !== word) return cut
  }
  return word
}
