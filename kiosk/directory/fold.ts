// One form for all ways of writing a word, applied before indexing and before querying alike.

/** Letters that NFKD does not take apart. */
const LETTERS: Readonly<Record<string, string>> = {
  œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ı: 'i', ŋ: 'n', ɓ: 'b', ɗ: 'd', ƴ: 'y',
  ٱ: 'ا', ى: 'ي', ی: 'ي', ة: 'ه', ک: 'ك',
}
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu')
const ARABIC_ZERO = 0x660
const PERSIAN_ZERO = 0x6f0

function digit(char: string): string {
  const code = char.charCodeAt(0)
  return String(code - (code >= PERSIAN_ZERO ? PERSIAN_ZERO : ARABIC_ZERO))
}

/**
 * Lower case without accents, ligatures, tashkeel and tatweel; hamza carriers, alef maqsura and taa marbuta become their plain
 * letters (NFKD takes أ إ آ ؤ ئ apart, its marks then go); Arabic-Indic digits become 0–9.
 */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}ـ]/gu, '')
    .replace(LETTER, (letter) => LETTERS[letter] ?? letter)
    .replace(/[٠-٩۰-۹]/g, digit)
}

const ELISION = /(?<![\p{L}\p{N}])(?:l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu)['’ʼ`](?=[\p{L}])/gu

/** The folded words of a text, French elisions cut off: `L’Œuf d'aujourd'hui` → oeuf, aujourd, hui. */
export function wordsOf(text: string): string[] {
  return fold(text).replace(ELISION, ' ').match(/[\p{L}\p{N}]+/gu) ?? []
}

const ARTICLE = /^(?:وال|بال|كال|فال|ال|لل)(?=\p{L}{3})/u

/** A word without its Arabic article (ال, and joined to و ب ك ف ل), or undefined when it has none. */
export function withoutArticle(word: string): string | undefined {
  const bare = word.replace(ARTICLE, '')
  return bare === word ? undefined : bare
}

/** What is indexed for a text: its words, and those without their article beside them. */
export function indexed(text: string): string {
  return wordsOf(text)
    .flatMap((word) => [word, withoutArticle(word) ?? ''])
    .filter((word) => word !== '')
    .join(' ')
}
