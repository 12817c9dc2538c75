// What the settings say of terms, optional consents and the law, made into what the portal takes.
import type { Extra } from '#portal/consent/extras.ts'
import { isPageLanguage, type PageLanguage } from '#portal/pages/languages.ts'
import { loadTerms } from '#portal/consent/terms-files.ts'
import type { SiteTerms } from '#portal/consent/terms.ts'
import type { PortalSettings } from '#portal/settings.ts'
import type { Settings } from '../settings/schema.ts'

/** @throws UsageError `terms` naming every mistake with its file and line. */
export function termsOfSites(settings: Settings): SiteTerms {
  return new Map(settings.sites.flatMap(({ id, terms }) => (terms === undefined ? [] : [[id, loadTerms(terms)] as const])))
}

/** The columns of a row that are a text in some language. */
export function textsOf(row: Readonly<Record<string, string | undefined>>): Partial<Record<PageLanguage, string>> {
  const texts: Partial<Record<PageLanguage, string>> = {}
  for (const [language, text] of Object.entries(row)) if (isPageLanguage(language) && text !== undefined) texts[language] = text
  return texts
}

function extraOf({ id, ...row }: Settings['portal.extras'][number]): Extra {
  return { id, texts: textsOf(row) }
}

export function consentSettings(settings: Settings): Pick<PortalSettings, 'terms' | 'extras' | 'legalProfile'> {
  return { terms: termsOfSites(settings), extras: settings['portal.extras'].map(extraOf), legalProfile: settings.legal.profile }
}
