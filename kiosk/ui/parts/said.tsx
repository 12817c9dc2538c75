import type { Spoken } from '../../views.ts'

/** A name or text of the directory, kept apart from the direction round it, labelled when it is in another language. */
export function Said({ text, language }: Spoken) {
  return <bdi lang={language}>{text}</bdi>
}
