import { reason } from '#shared/log.ts'
import { MOST_EXTRAS } from '#portal/consent/extras.ts'
import type { ControllerKind } from '#portal/controllers/controller.ts'
import { loadTerms } from '#portal/consent/terms-files.ts'
import { keepsLog, PROFILES } from '#portal/legal/profile.ts'
import { MOST_CITY_NUMBERS } from '#portal/state/emergency-numbers.ts'
import type { Wrong } from './radius-checks.ts'
import type { Settings } from './schema.ts'

/** Kinds of controllers whose sessions begin and end without us (`handOver` in controllers/kinds.ts). */
const KEPT_ELSEWHERE: ReadonlySet<ControllerKind> = new Set(['uam', 'mikrotik'])

/** Terms that cannot be shown, consents that cannot be asked, a log that nobody could open. */
export function checkConsent(settings: Settings, wrong: Wrong): void {
  const extras = settings['portal.extras']
  const ids = extras.map(({ id }) => id)
  if (extras.length > MOST_EXTRAS) wrong(`portal.extras[${MOST_EXTRAS}]`, `${MOST_EXTRAS} at most: a page stays a page`)
  for (const [index, { id, fr }] of extras.entries()) {
    if (!id) wrong(`portal.extras[${index}].id`, 'missing')
    else if (id === 'access' || ids.indexOf(id) !== index) wrong(`portal.extras[${index}].id`, `"${id}" is taken`)
    if (fr === undefined) wrong(`portal.extras[${index}].fr`, 'missing: what is asked is written in French first')
  }
  for (const [index, { terms }] of settings.sites.entries()) {
    if (terms === undefined) continue
    try {
      loadTerms(terms)
    } catch (error) {
      wrong(`sites[${index}].terms`, reason(error))
    }
  }
  const numbers = settings['portal.emergency']
  if (numbers.length > MOST_CITY_NUMBERS) wrong(`portal.emergency[${MOST_CITY_NUMBERS}]`, `${MOST_CITY_NUMBERS} at most: whoever needs one must find it`)
  for (const [index, { number, fr }] of numbers.entries()) {
    if (!number) wrong(`portal.emergency[${index}].number`, 'missing')
    if (fr === undefined) wrong(`portal.emergency[${index}].fr`, 'missing: who answers is written in French first')
  }
  const { profile, holder_a, holder_b } = settings.legal
  if (profile === 'default') return
  if (holder_a === undefined) wrong('legal.holder_a', 'missing: the log is sealed to two holders; `parvis legal keys` makes their keys')
  if (holder_b === undefined) wrong('legal.holder_b', 'missing: the log is sealed to two holders; `parvis legal keys` makes their keys')
}

/** Where the law asks for a log, and part of what it asks for is somebody else's to keep. */
export function remarkOnLegal({ legal, controllers }: Settings, remark: Wrong): void {
  if (!keepsLog(PROFILES[legal.profile]) || controllers.length === 0) return
  const named = (rows: typeof controllers) => rows.map(({ name, kind }) => `"${name}" (${kind})`).join(' and ')
  const unseen = controllers.filter(({ kind }) => KEPT_ELSEWHERE.has(kind))
  const none = unseen.length === 0 ? '' : `, and of ${named(unseen)} it has no sessions at all`
  remark('legal.profile', `phones behind ${named(controllers)} leave by ports that are not ours: the log does not lead from a port to one of them${none}; whoever runs those gateways keeps that part (portal/legal/README.md)`)
}
