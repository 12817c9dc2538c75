/** Where the sample town's services are. No such town exists; its coordinates lie in fields. */
export type SamplePlace = {
  readonly name: string
  readonly street: string
  /** Metres east and north of the kiosk. */
  readonly east: number
  readonly north: number
  readonly how: string
  readonly stepFree?: true
}

export const PLACES = {
  mairie: { name: 'Mairie de Rivemont', street: '1 place du Parvis', east: 60, north: 40, how: 'Sur la place, sous l’horloge. Entrée à plat côté rue des Tilleuls.', stepFree: true },
  ccas: { name: 'Maison des solidarités', street: '14 rue des Tilleuls', east: 180, north: 120, how: 'Rue des Tilleuls, porte bleue, deuxième bâtiment après la mairie.', stepFree: true },
  halle: { name: 'Halle aux grains', street: '3 place de la Halle', east: -220, north: 60, how: 'Derrière le marché couvert. Bus 1 et 3, arrêt Halle.', stepFree: true },
  tannerie: { name: 'La Tannerie', street: '22 quai des Tanneurs', east: -410, north: -300, how: 'Descendre au quai, longer l’eau à gauche. Bus 2, arrêt Vieux-Pont.', stepFree: true },
  bains: { name: 'Bains municipaux', street: '8 rue du Lavoir', east: 320, north: -240, how: 'Au bout de la rue du Lavoir, grande porte carrelée. Bus 2, arrêt Lavoir.', stepFree: true },
  sante: { name: 'Centre municipal de santé', street: '5 avenue de la Gare', east: 540, north: 210, how: 'À mi-chemin de la gare, enseigne verte. Bus 1 et 4, arrêt Santé.', stepFree: true },
  hopital: { name: 'Hôpital de la Vallée', street: '2 route de Montclair', east: 1650, north: 900, how: 'Bus 4 jusqu’au terminus Hôpital ; les urgences sont à droite de l’entrée.', stepFree: true },
  gare: { name: 'Gare de Rivemont', street: 'place de la Gare', east: 820, north: 350, how: 'Tout droit par l’avenue de la Gare.', stepFree: true },
  droit: { name: 'Maison de la justice et du droit', street: '11 rue Haute', east: -120, north: 330, how: 'Monter la rue Haute ; sonner à l’interphone.' },
  mediatheque: { name: 'Médiathèque des Deux-Rives', street: '6 quai des Écoles', east: -300, north: -90, how: 'Le bâtiment de verre au bord de l’eau.', stepFree: true },
  emploi: { name: 'Maison de l’emploi', street: '30 avenue de la Gare', east: 700, north: 300, how: 'Avenue de la Gare, à côté de la poste. Bus 1, arrêt Poste.', stepFree: true },
  tilleuls: { name: 'Centre social Les Tilleuls', street: '2 allée des Peupliers', east: 950, north: -520, how: 'Bus 3, arrêt Peupliers ; le bâtiment aux volets jaunes.', stepFree: true },
  vieuxpont: { name: 'Maison de quartier du Vieux-Pont', street: '17 rue du Vieux-Pont', east: -520, north: -210, how: 'Juste après le pont, à droite.', stepFree: true },
  foyer: { name: 'Foyer de la Rive', street: '40 quai des Tanneurs', east: -640, north: -420, how: 'Tout au bout du quai. Bus 2, arrêt Écluse. Une lampe bleue au-dessus de la porte.' },
  enfance: { name: 'Maison de l’enfance', street: '9 rue des Marronniers', east: 410, north: 480, how: 'En face de l’école des Marronniers. Bus 4, arrêt Marronniers.', stepFree: true },
  recyclerie: { name: 'La Recyclerie', street: '12 rue des Forges', east: 1180, north: -160, how: 'Ancienne forge, grande cour. Bus 3, arrêt Forges.', stepFree: true },
  stade: { name: 'Stade et piscine des Prés', street: 'chemin des Prés', east: -900, north: 640, how: 'Bus 2, arrêt Piscine. Piste cyclable depuis le quai.', stepFree: true },
  jardin: { name: 'Jardin partagé des Remparts', street: 'montée des Remparts', east: -60, north: 520, how: 'Par l’escalier des Remparts, ou sans marches par la rue Haute.' },
  pharmacie: { name: 'Pharmacie du Parvis', street: '4 place du Parvis', east: -40, north: 20, how: 'Sur la place, croix verte.', stepFree: true },
  fontaine: { name: 'Fontaine du Parvis', street: 'place du Parvis', east: 15, north: -20, how: 'Au milieu de la place.', stepFree: true },
  sanitaires: { name: 'Sanitaires de la Halle', street: 'place de la Halle', east: -200, north: 30, how: 'Contre le mur nord du marché couvert.', stepFree: true },
  pmi: { name: 'Point santé famille', street: '21 rue des Marronniers', east: 450, north: 560, how: 'Premier étage, ascenseur. Bus 4, arrêt Marronniers.', stepFree: true },
  femmes: { name: 'Espace Simone', street: '7 rue de l’Écluse', east: -350, north: 180, how: 'Sonner ; la porte n’a pas d’enseigne.', stepFree: true },
} as const satisfies Record<string, SamplePlace>
export type PlaceKey = keyof typeof PLACES
