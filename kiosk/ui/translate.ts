import { computed } from '@preact/signals'
import { phrases } from './phrase.ts'
import { language } from './state.ts'

/** `t.value('key')` in the language of the screen. */
export const t = computed(() => phrases(language.value))
