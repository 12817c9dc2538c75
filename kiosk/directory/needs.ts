import type { Language } from '#shared/i18n/languages.ts'

/** A text in every language that ships. */
export type Said = Readonly<Record<Language, string>>

/** What people come for, not who offers it: the tiles of the first screen and the needs under each. */
export const TILES = [
  { id: 'eat', name: { fr: 'Manger', en: 'Eat', ar: 'الأكل' } },
  { id: 'sleep', name: { fr: 'Dormir', en: 'Sleep', ar: 'النوم' } },
  { id: 'wash', name: { fr: 'Se laver', en: 'Wash', ar: 'الاغتسال' } },
  { id: 'health', name: { fr: 'Se soigner', en: 'Health', ar: 'العلاج' } },
  { id: 'rights', name: { fr: 'Papiers et droits', en: 'Papers and rights', ar: 'الأوراق والحقوق' } },
  { id: 'learn', name: { fr: 'Apprendre', en: 'Learn', ar: 'التعلّم' } },
  { id: 'work', name: { fr: 'Travailler', en: 'Work', ar: 'العمل' } },
  { id: 'children', name: { fr: 'Enfants', en: 'Children', ar: 'الأطفال' } },
  { id: 'neighbourhood', name: { fr: 'Vie de quartier', en: 'Neighbourhood', ar: 'حياة الحي' } },
  { id: 'emergency', name: { fr: 'Urgence', en: 'Emergency', ar: 'الطوارئ' } },
] as const satisfies readonly { id: string; name: Said }[]
export type TileId = (typeof TILES)[number]['id']

export const NEEDS = [
  { id: 'meal', tile: 'eat', name: { fr: 'Un repas', en: 'A meal', ar: 'وجبة' } },
  { id: 'groceries', tile: 'eat', name: { fr: 'Colis et épicerie', en: 'Food parcels', ar: 'سلة غذائية' } },
  { id: 'water', tile: 'eat', name: { fr: 'Eau potable', en: 'Drinking water', ar: 'ماء للشرب' } },
  { id: 'shelter', tile: 'sleep', name: { fr: 'Ce soir', en: 'Tonight', ar: 'هذه الليلة' } },
  { id: 'housing', tile: 'sleep', name: { fr: 'Un logement', en: 'A home', ar: 'سكن' } },
  { id: 'day-centre', tile: 'sleep', name: { fr: 'Se poser en journée', en: 'Rest by day', ar: 'استراحة نهارية' } },
  { id: 'shower', tile: 'wash', name: { fr: 'Une douche', en: 'A shower', ar: 'دوش' } },
  { id: 'laundry', tile: 'wash', name: { fr: 'Laver son linge', en: 'Laundry', ar: 'غسل الملابس' } },
  { id: 'toilet', tile: 'wash', name: { fr: 'Toilettes', en: 'Toilets', ar: 'مراحيض' } },
  { id: 'doctor', tile: 'health', name: { fr: 'Médecin', en: 'Doctor', ar: 'طبيب' } },
  { id: 'dentist', tile: 'health', name: { fr: 'Dents', en: 'Teeth', ar: 'الأسنان' } },
  { id: 'mind', tile: 'health', name: { fr: 'Parler, mal-être', en: 'Someone to talk to', ar: 'دعم نفسي' } },
  { id: 'addiction', tile: 'health', name: { fr: 'Addictions', en: 'Addictions', ar: 'الإدمان' } },
  { id: 'women', tile: 'health', name: { fr: 'Santé des femmes', en: 'Women’s health', ar: 'صحة المرأة' } },
  { id: 'pharmacy', tile: 'health', name: { fr: 'Pharmacie', en: 'Pharmacy', ar: 'صيدلية' } },
  { id: 'papers', tile: 'rights', name: { fr: 'Séjour et asile', en: 'Residence and asylum', ar: 'الإقامة واللجوء' } },
  { id: 'benefits', tile: 'rights', name: { fr: 'Aides et démarches', en: 'Benefits', ar: 'المساعدات' } },
  { id: 'legal', tile: 'rights', name: { fr: 'Avocat, conseil', en: 'Legal advice', ar: 'استشارة قانونية' } },
  { id: 'address', tile: 'rights', name: { fr: 'Recevoir son courrier', en: 'A postal address', ar: 'عنوان بريدي' } },
  { id: 'french', tile: 'learn', name: { fr: 'Le français', en: 'French', ar: 'اللغة الفرنسية' } },
  { id: 'digital', tile: 'learn', name: { fr: 'L’ordinateur', en: 'Computers', ar: 'الحاسوب' } },
  { id: 'library', tile: 'learn', name: { fr: 'Lire, étudier', en: 'Read and study', ar: 'القراءة والدراسة' } },
  { id: 'job', tile: 'work', name: { fr: 'Un emploi', en: 'A job', ar: 'وظيفة' } },
  { id: 'training', tile: 'work', name: { fr: 'Une formation', en: 'Training', ar: 'تكوين مهني' } },
  { id: 'business', tile: 'work', name: { fr: 'Créer son activité', en: 'Start a business', ar: 'إنشاء مشروع' } },
  { id: 'childcare', tile: 'children', name: { fr: 'Faire garder', en: 'Childcare', ar: 'رعاية الأطفال' } },
  { id: 'play', tile: 'children', name: { fr: 'Jouer', en: 'Play', ar: 'اللعب' } },
  { id: 'homework', tile: 'children', name: { fr: 'Devoirs et école', en: 'School help', ar: 'دعم مدرسي' } },
  { id: 'parents', tile: 'children', name: { fr: 'Être parent', en: 'Being a parent', ar: 'دعم الوالدين' } },
  { id: 'repair', tile: 'neighbourhood', name: { fr: 'Réparer', en: 'Repair', ar: 'إصلاح' } },
  { id: 'clothes', tile: 'neighbourhood', name: { fr: 'S’habiller', en: 'Clothes', ar: 'ملابس' } },
  { id: 'bike', tile: 'neighbourhood', name: { fr: 'Vélo et trajets', en: 'Bikes and transport', ar: 'الدراجة والتنقل' } },
  { id: 'meet', tile: 'neighbourhood', name: { fr: 'Se rencontrer', en: 'Meet people', ar: 'لقاء الناس' } },
  { id: 'sport', tile: 'neighbourhood', name: { fr: 'Bouger', en: 'Sport', ar: 'رياضة' } },
  { id: 'accident', tile: 'emergency', name: { fr: 'Accident, malaise', en: 'Accident, illness', ar: 'حادث أو وعكة' } },
  { id: 'violence', tile: 'emergency', name: { fr: 'Violences', en: 'Violence', ar: 'العنف' } },
] as const satisfies readonly { id: string; tile: TileId; name: Said }[]
export type NeedId = (typeof NEEDS)[number]['id']

/** The taxonomy by which a directory says itself which need a service answers; its codes are the ids above. */
export const NEEDS_TAXONOMY = 'parvis-needs'

export function isTileId(id: string): id is TileId {
  return TILES.some((tile) => tile.id === id)
}

export function isNeedId(id: string): id is NeedId {
  return NEEDS.some((need) => need.id === id)
}

export function tileOf(id: NeedId): TileId {
  return NEEDS.find((need) => need.id === id)?.tile ?? 'neighbourhood'
}

/** The needs under a tile, in the order of the screen. */
export function needsUnder(tile: TileId): readonly NeedId[] {
  return NEEDS.filter((need) => need.tile === tile).map((need) => need.id)
}
