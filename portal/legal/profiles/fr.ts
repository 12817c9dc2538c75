import type { LegalProfile } from '../profile.ts'

/**
 * France. Traffic data for one year: who held which address and ports when, so that one connection can be told from a thousand others
 * behind the same address. No address that was visited, no content; a name only where one was given, and none is asked for.
 * Written from the published texts and not signed by counsel yet: `counselSigned` says so to the operator.
 */
export const FR: LegalProfile = {
  id: 'fr',
  effectiveFrom: '2026-11-01',
  reviewBy: '2027-05-01',
  accessBasis: 'public_task',
  identityRequired: false,
  identityMethods: [],
  // Five years hold only for a civil identity that is collected; this profile collects none.
  retention: { traffic: 365, security: 90, identity: 0, other: 365 },
  logFields: ['start', 'end', 'terminal_mac', 'lan_v4', 'lan_v6', 'public_addr', 'port_from', 'port_to', 'site'],
  childAge: 15,
  texts: { fact: 'law.fr.fact', recorded: 'law.fr.text' },
  operatorNotice: {
    fr: 'Un registre scellé est tenu un an : il ne s’ouvre qu’avec les clés de deux personnes, sur réquisition. Ce profil n’a pas encore été signé par un juriste.',
    en: 'A sealed log is kept for one year: it opens only with the keys of two people, on a lawful request. No lawyer has signed this profile yet.',
  },
  counselSigned: false,
  sources: [
    'Code des postes et des communications électroniques, articles L. 34-1 et R. 10-13',
    'Loi n° 2004-575 du 21 juin 2004 pour la confiance dans l’économie numérique, article 6',
    'Décret n° 2021-1362 du 20 octobre 2021',
  ],
}
