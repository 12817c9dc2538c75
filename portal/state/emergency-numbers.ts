// Numbers to call for help, by country. Each has a text `emergency.<country>.<number>`: a wrong one costs a life, so a row has its source.
export type EmergencyNumber = { readonly number: string; /** By text message only, for who cannot hear or speak. */ readonly sms?: true }

export const EMERGENCY_NUMBERS = {
  /** service-public.fr/particuliers/vosdroits/F33954 (112, 15, 17, 18, 114, 115, 119). */
  fr: [{ number: '112' }, { number: '15' }, { number: '18' }, { number: '17' }, { number: '114', sms: true }, { number: '115' }, { number: '119' }],
  /** Any state of the European Union: Directive (EU) 2018/1972, Article 109. */
  eu: [{ number: '112' }],
} as const satisfies Record<string, readonly EmergencyNumber[]>
export const COUNTRIES = ['fr', 'eu'] as const satisfies readonly (keyof typeof EMERGENCY_NUMBERS)[]
export type Country = (typeof COUNTRIES)[number]

/** A number of the city's own: on-call doctor, town hall, gas and water. */
export type CityNumber = { readonly number: string; readonly texts: Readonly<Record<string, string>> }

export const MOST_CITY_NUMBERS = 12
/** As people write it; dialled without the spaces. */
export const NUMBER_FORM = /^\+?[0-9](?:[ .]?[0-9]){1,17}$/

/** RFC 3966 and RFC 5724: digits only, so that no page breaks. */
export function dialled(number: string, sms = false): string {
  return `${sms ? 'sms' : 'tel'}:${number.replace(/[ .]/g, '')}`
}
