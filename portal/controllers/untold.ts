// What a phone was not told after its tap, because it left for its controller at once: the page of its link tells it.
import type { Behind } from '../gateway/enforcer.ts'

const EXTRAS = 'extras'
const REFUSED = 'refused'

export function withExtrasRefused(behind: Behind): Behind {
  return { ...behind, facts: { ...behind.facts, [EXTRAS]: REFUSED } }
}

/** The disk refused what this person had ticked. */
export function extrasWereRefused({ behind }: { readonly behind?: Behind | undefined }): boolean {
  return behind?.facts[EXTRAS] === REFUSED
}

/** What the controller had told of the phone, and no more: another session of it has its own to be told. */
export function withoutUntold({ [EXTRAS]: _extras, ...facts }: Behind['facts']): Behind['facts'] {
  return facts
}
