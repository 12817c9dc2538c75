import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import { colonMac, parseMacAddress, type MacAddress } from '#shared/personal.ts'
import { NO_USAGE, type Grant, type Usage } from '../gateway/enforcer.ts'
import type { Controller } from './controller.ts'
import { createLedger, type ForeignGate } from './foreign-gate.ts'
import { createUnifiApi } from './unifi-api.ts'

const MINUTE_SECONDS = 60
const MEGABYTE = 1_000_000
/** Whoever was found waiting is let in within seconds, or not at all. */
const FOUND_MS = 60_000

/** The body of `cmd/stamgr`: minutes, kbit/s, MB. */
export function authorizeGuest({ mac, seconds, upKbps, downKbps, quotaBytes, behind }: Grant): Record<string, string | number> {
  const ap = parseMacAddress(behind?.facts['ap'] ?? '')
  return {
    cmd: 'authorize-guest',
    mac: colonMac(mac),
    minutes: Math.ceil(seconds / MINUTE_SECONDS),
    ...(upKbps !== undefined && { up: upKbps }),
    ...(downKbps !== undefined && { down: downKbps }),
    ...(quotaBytes !== undefined && { bytes: Math.ceil(quotaBytes / MEGABYTE) }),
    ...(ap !== undefined && { ap_mac: colonMac(ap) }),
  }
}

type Station = { readonly mac: MacAddress; readonly guest: boolean; readonly authorized: boolean; readonly usage: Usage }

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.floor(value) : 0
}

/** `tx` is what the access point sent, so it is the phone's download. */
function stationOf(row: unknown): Station | undefined {
  const fields = (row ?? {}) as Readonly<Record<string, unknown>>
  const mac = parseMacAddress(typeof fields['mac'] === 'string' ? fields['mac'] : '')
  if (mac === undefined) return undefined
  const usage = { upBytes: count(fields['rx_bytes']), downBytes: count(fields['tx_bytes']), upPackets: count(fields['rx_packets']), downPackets: count(fields['tx_packets']) }
  return { mac, guest: fields['is_guest'] === true, authorized: fields['authorized'] === true, usage }
}

/** Counters there run since the phone joined the network: ours begin when it was let in. */
function since(total: Usage, base: Usage): Usage {
  return {
    upBytes: Math.max(0, total.upBytes - base.upBytes), downBytes: Math.max(0, total.downBytes - base.downBytes),
    upPackets: Math.max(0, total.upPackets - base.upPackets), downPackets: Math.max(0, total.downPackets - base.downPackets),
  }
}

type Found = { readonly usage: Usage; readonly untilMs: number }

/** @throws TypeError when the settings have no interface. */
export function unifiGate(controller: Controller, { clock, log }: Effects): ForeignGate {
  if (controller.api === undefined) throw new TypeError(`controller ${controller.name} needs api_url, api_user and api_password`)
  const api = createUnifiApi(controller.api)
  const ledger = createLedger(controller.name, () => clock.monotonic())
  /** As they were when a guest was found waiting, and when they were let in. */
  const [found, bases] = [new Map<MacAddress, Found>(), new Map<MacAddress, Usage>()]
  let totals = new Map<MacAddress, Usage>()

  async function station(mac: MacAddress): Promise<Station | undefined> {
    return (await api.get(`stat/sta/${colonMac(mac)}`)).map(stationOf).find((one) => one?.mac === mac)
  }
  const usageOf = (mac: MacAddress): Usage => since(totals.get(mac) ?? NO_USAGE, bases.get(mac) ?? NO_USAGE)

  return {
    holdable: (limits) => limits,
    async admits({ mac }) {
      const known = await station(mac)
      const waits = known !== undefined && known.guest && !known.authorized
      if (waits) found.set(mac, { usage: known.usage, untilMs: clock.monotonic() + FOUND_MS })
      return waits
    },
    async open(grant) {
      await api.command(authorizeGuest(grant))
      // Other limits for a session that runs leave its beginning where it was.
      const waited = found.get(grant.mac)
      if (waited || !ledger.has(grant.mac)) bases.set(grant.mac, waited?.usage ?? NO_USAGE)
      found.delete(grant.mac)
      ledger.set(grant)
    },
    async close(mac) {
      await api.command({ cmd: 'unauthorize-guest', mac: colonMac(mac) })
      const usage = usageOf(mac)
      ledger.delete(mac)
      bases.delete(mac)
      return usage
    },
    async list() {
      for (const [mac, { untilMs }] of found) if (untilMs <= clock.monotonic()) found.delete(mac)
      try {
        totals = new Map((await api.get('stat/sta')).map(stationOf).flatMap((one) => (one && ledger.has(one.mac) ? [[one.mac, one.usage] as const] : [])))
      } catch (error) {
        // What it counted is late; what it has opened stays open.
        log.warn('a controller did not tell its counters', { controller: controller.name, reason: reason(error) })
      }
      return ledger.clients(usageOf)
    },
    takeUp: (grant) => ledger.set(grant),
    stop() {},
  }
}
