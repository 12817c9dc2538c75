/**
 * Numbers that reach help, by country; shown without asking any server. Only what is certain stands here: a country that is
 * not listed shows its services alone. France: service-public.fr, "numéros d'urgence".
 */
export const EMERGENCY_NUMBERS: Readonly<Record<string, readonly string[]>> = {
  FR: ['112', '15', '17', '18', '114', '115', '119', '3919', '3114'],
}
