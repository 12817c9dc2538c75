// Random days of a city whose gateways lose and find their hub, restart, and are cut off in the middle of an answer, while people come
// with their vouchers wherever they like. What was online is added up, and set against what was paid for.
import { seededNumbers } from './seeded-numbers.ts'
import { voucherTown, type Gateway } from './voucher-town.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const COURTESY_MS = 1_800_000
/** A power cut takes along what was not reported yet. */
const UNREPORTED_MS = 300_000

export type Days = { readonly seed: number; readonly hours: number; readonly gateways: number; readonly vouchers: number; readonly stepMs: number }
export type Verdict = {
  /** By voucher, milliseconds: online beyond what it was good for, and how much of that the rule allows. */
  readonly overspent: readonly { readonly beyondMs: number; readonly allowedMs: number }[]
  readonly signIns: number
  readonly cuts: number
  readonly reboots: number
  readonly onlineMs: number
  readonly paidMs: number
}

export async function simulate({ seed, hours, gateways: count, vouchers, stepMs }: Days): Promise<Verdict> {
  const random = seededNumbers(seed)
  const often = (perHour: number): boolean => random() < (perHour * stepMs) / HOUR_MS
  const one = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)] as T
  const town = await voucherTown()
  const { clock } = town.effects
  try {
    const gateways: Gateway[] = []
    for (let n = 0; n < count; n++) gateways.push(await town.gateway(`gw-${n}`))
    const paid = new Map<string, number>()
    for (let n = 0; n < vouchers; n++) {
      const seconds = one([1_200, 3_600, 7_200, 14_400])
      paid.set(await town.make({ label: `batch-${n}`, seconds, devices: one([1, 1, 2]) }), seconds * 1_000)
    }
    const codes = [...paid.keys()]
    const cutOff = new Set<string>()
    const reboots = new Map<string, number>()
    let [signIns, cuts] = [0, 0]

    async function happen(gateway: Gateway): Promise<void> {
      if (gateway.line === 'open' && often(0.25)) {
        gateway.line = one(['cut', 'cut', 'mute'])
        cuts++
      } else if (gateway.line !== 'open' && often(0.35)) gateway.line = 'open'
      if (gateway.line !== 'open') cutOff.add(`${gateway.name} ${Math.floor(clock.now() / DAY_MS)}`)
      if (often(1.5) && (await gateway.signIn(one(codes), `02-00-00-00-00-0${Math.floor(random() * 4)}`)) === 'in') signIns++
      for (const session of gateway.online) if (often(0.7)) await gateway.leave(session)
      if (often(0.03)) {
        for (const { code } of gateway.online) reboots.set(code, (reboots.get(code) ?? 0) + 1)
        await gateway.restart(true)
      }
      if (often(0.03)) await gateway.restart(false)
    }

    for (let ms = 0; ms < hours * HOUR_MS; ms += stepMs) {
      for (const gateway of gateways) await happen(gateway)
      await town.pass(stepMs, stepMs)
    }
    const overspent = codes.map((code) => {
      // A session is ended at the end of the step in which it was decided.
      const ends = gateways.reduce((sum, gateway) => sum + gateway.withdrawn, 0)
      return { beyondMs: town.onlineMs(code) - (paid.get(code) ?? 0), allowedMs: cutOff.size * COURTESY_MS + (reboots.get(code) ?? 0) * UNREPORTED_MS + Math.min(ends, 8) * stepMs }
    })
    const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0)
    return { overspent, signIns, cuts, reboots: sum(reboots.values()), onlineMs: sum(codes.map(town.onlineMs)), paidMs: sum(paid.values()) }
  } finally {
    await town.close()
  }
}
