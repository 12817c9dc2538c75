import { wordsOf } from './fold.ts'

/** Words that carry no need, in French, English and Arabic. */
const LISTS = `
le la les un une des du de d l au aux a à et ou où en y dans sur sous pour par avec sans chez je tu il elle on nous vous ils elles me moi te toi
se son sa ses mon ma mes ton ta tes notre nos votre vos leur leurs ce cet cette ces ça qui que quoi quel quelle quels comment est es suis sont être
ai as avons avez ont avoir besoin veux voudrais cherche chercher trouver trouve peux puis-je faut il y svp merci bonjour près proche ici pas plus très
the an of to in on at for with without i you he she we they my your his her our their is am are be have has had need want would like look looking
find where how what which please near here not and or some any can get me it this that
في من على إلى عن مع بدون أنا أنت هو هي نحن هل أين كيف ماذا أريد أحتاج أبحث هذا هذه و أو قريب هنا لي عندي
`
const STOP_WORDS = new Set(wordsOf(LISTS))

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word)
}
