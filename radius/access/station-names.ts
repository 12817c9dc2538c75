/** What slows down guessing knows devices by a name that is made anew at every start: what it remembers tells nobody which they were. */
import type { Effects } from '#shared/effects.ts'
import { parseMacAddress } from '#shared/personal.ts'
import { quickMac } from '#shared/quick-mac.ts'
import { ATTRIBUTES } from '../attributes.ts'
import type { Packet } from '../packet.ts'

const CALLING_STATION_ID = ATTRIBUTES['Calling-Station-Id']
const KEY_BYTES = 32
/** Base64 digits: 96 bits keep thousands of devices apart. */
const NAME_CHARACTERS = 16

/** The name of the device that a request comes from, however its access server spells the address; undefined where it names none. */
export type StationOf = (packet: Packet) => string | undefined

/** The key is in no file, not even one of the runtime directory: nothing that is known by it outlives the process. */
export function stationNames(random: Effects['random']): StationOf {
  const nameOf = quickMac(random(KEY_BYTES), 'parvis/station-tries/1')
  return function stationOf(packet) {
    const station = packet.read(CALLING_STATION_ID)
    if (station === undefined) return undefined
    return nameOf(parseMacAddress(station) ?? station).toString('base64url').slice(0, NAME_CHARACTERS)
  }
}
