import type { LegalProfile } from '../profile.ts'

/** No identity, no log: what holds where no law asks for more. */
export const NONE: LegalProfile = {
  id: 'default',
  effectiveFrom: '2026-11-01',
  reviewBy: '2027-11-01',
  accessBasis: 'public_task',
  identityRequired: false,
  identityMethods: [],
  retention: { traffic: 0, security: 0, identity: 0, other: 365 },
  logFields: [],
  childAge: 16,
  texts: { fact: 'terms.trace', recorded: 'law.default.text' },
  operatorNotice: {
    fr: 'Aucun registre n’est tenu. Si la loi de votre pays en demande un, choisissez son profil dans [legal] profile.',
    en: 'No log is kept. Where the law of your country asks for one, choose its profile in [legal] profile.',
  },
  counselSigned: false,
  sources: ['Regulation (EU) 2016/679, Articles 5(1)(c), 6(1)(e) and 8'],
}
