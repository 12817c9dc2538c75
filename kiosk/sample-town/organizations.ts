/** Who offers them. Every name is made up. */
export type SampleOrganization = {
  readonly name: string
  readonly about: string
  /** French forms of organisation; `informal` needs a trust. */
  readonly status: string
  readonly trust?: 'city-verified' | 'partner-vouched' | 'self-declared'
  readonly site?: string
}

export const ORGANIZATIONS = {
  ville: { name: 'Ville de Rivemont', about: 'Services de la commune.', status: 'collectivité territoriale', site: 'https://rivemont.example/' },
  ccas: { name: 'CCAS de Rivemont', about: 'Centre communal d’action sociale.', status: 'établissement public', site: 'https://ccas.rivemont.example/' },
  tablee: { name: 'La Grande Tablée', about: 'Association qui sert des repas chauds à qui se présente.', status: 'association', site: 'https://tablee.example/' },
  panier: { name: 'Le Panier du Pont', about: 'Épicerie solidaire tenue par ses adhérents.', status: 'association' },
  rive: { name: 'Foyer de la Rive', about: 'Hébergement et accueil de jour.', status: 'association' },
  toits: { name: 'Toits et Clés', about: 'Conseil sur le logement, pour locataires et sans-logis.', status: 'association' },
  sante: { name: 'Centre municipal de santé', about: 'Médecins, dentistes et infirmières de la ville.', status: 'établissement public' },
  hopital: { name: 'Hôpital de la Vallée', about: 'Hôpital public.', status: 'établissement public' },
  ecoute: { name: 'Écoute Rivemont', about: 'Des bénévoles formés écoutent, sans juger.', status: 'association' },
  cap: { name: 'Le Cap', about: 'Aide aux personnes concernées par l’alcool, les drogues, le tabac ou le jeu.', status: 'association' },
  simone: { name: 'Espace Simone', about: 'Santé, droits et protection des femmes.', status: 'association' },
  pharmacie: { name: 'Pharmacie du Parvis', about: 'Officine.', status: 'entreprise' },
  droit: { name: 'Maison de la justice et du droit', about: 'Accès au droit, gratuit et confidentiel.', status: 'service de l’État' },
  passerelles: { name: 'Passerelles', about: 'Accompagne les personnes étrangères dans leurs démarches.', status: 'association' },
  mediatheque: { name: 'Médiathèque des Deux-Rives', about: 'Lire, apprendre, imprimer, se retrouver.', status: 'collectivité territoriale' },
  mots: { name: 'Les Mots d’ici', about: 'Apprendre le français entre habitants.', status: 'association' },
  emploi: { name: 'Maison de l’emploi', about: 'Emploi, formation et création d’activité.', status: 'groupement d’intérêt public' },
  tilleuls: { name: 'Centre social Les Tilleuls', about: 'Un lieu pour tous les âges.', status: 'association' },
  vieuxpont: { name: 'Maison de quartier du Vieux-Pont', about: 'La maison commune du quartier.', status: 'association' },
  enfance: { name: 'Maison de l’enfance', about: 'Accueil des tout-petits et de leurs parents.', status: 'collectivité territoriale' },
  recyclerie: { name: 'La Recyclerie des Forges', about: 'Donner une deuxième vie aux objets.', status: 'association' },
  roues: { name: 'Roues Libres', about: 'Atelier vélo participatif.', status: 'association' },
  sport: { name: 'Office des sports de Rivemont', about: 'Clubs et équipements sportifs.', status: 'association' },
  couture: { name: 'Couture de la rue Haute', about: 'Une voisine couturière reçoit à la maison de quartier.', status: 'informal', trust: 'city-verified' },
  marmites: { name: 'Les Marmites du jeudi', about: 'Des habitantes cuisinent ensemble et partagent.', status: 'informal', trust: 'partner-vouched' },
  coupdemain: { name: 'Coup de main déménagement', about: 'Quelques voisins, une camionnette, des bras.', status: 'informal', trust: 'self-declared' },
  devoirs: { name: 'Devoirs entre voisins', about: 'Des étudiants aident les plus jeunes.', status: 'informal', trust: 'partner-vouched' },
  telephones: { name: 'Téléphones du Vieux-Pont', about: 'Un réparateur bénévole, avec ses outils.', status: 'informal', trust: 'city-verified' },
  ciseaux: { name: 'Ciseaux solidaires', about: 'Coiffeurs qui donnent un matin par mois.', status: 'informal', trust: 'partner-vouched' },
  conversation: { name: 'Thé et conversation', about: 'Parler français autour d’un thé.', status: 'informal', trust: 'city-verified' },
  nounous: { name: 'Nounous des Peupliers', about: 'Parents qui se gardent les enfants à tour de rôle.', status: 'informal', trust: 'self-declared' },
  ecrivain: { name: 'L’écrivain public du marché', about: 'Lettres et formulaires, au marché.', status: 'informal', trust: 'city-verified' },
  foot: { name: 'Foot du dimanche', about: 'Un ballon, deux équipes, tout le monde.', status: 'informal', trust: 'self-declared' },
} as const satisfies Record<string, SampleOrganization>
export type OrganizationKey = keyof typeof ORGANIZATIONS
