// One phone's journey from where it stands: NAME FAMILY WORLD_ADDRESS CA_FILE. Prints how it went as a line of JSON.
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { PHONES } from './all.ts'
import { dialAll } from './browser.ts'
import { journey, type Network } from './phone.ts'
import { handshake } from './secure.ts'

const [name = '', family = '', world = '', caFile = ''] = process.argv.slice(2)
const phone = PHONES.find((one) => one.name === name)
if (!phone || (family !== 'v4' && family !== 'v6')) throw new TypeError(`run.ts (${PHONES.map((one) => one.name).join('|')}) (v4|v6) WORLD_ADDRESS CA_FILE`)
const ca = readFileSync(caFile, 'utf8')
const network: Network = { family, dial: dialAll((host) => (isIP(host) ? host : world)), secure: (host) => handshake(host, world, 443, ca) }
const before = await phone.check(network)
process.stdout.write(`${JSON.stringify({ before: before.kind, journey: await journey(phone, network), after: (await phone.check(network)).kind })}\n`)
