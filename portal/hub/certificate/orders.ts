// The hub's orders at the CA: one a gateway at a time, few a day, carried out one after another in the background.
import { createHash } from 'node:crypto'
import type { Effects } from '#shared/effects.ts'
import type { CertificateAnswer } from '#shared/certificate.ts'
import { reason } from '#shared/log.ts'
import type { Acme } from './acme.ts'

/** CAs count: Let's Encrypt takes 5 failed proofs an hour and 5 certificates of the same name a week. */
const MOST_ORDERS_A_DAY = 4
const DAY_MS = 24 * 3_600_000
const MOST_GATEWAYS = 10_000

export type Progress = Pick<CertificateAnswer, 'state' | 'chain' | 'reason'>
export type Orders = {
  /** How the order for this gateway's request stands; begins it where there is none. */
  progress(kid: string, name: string, csr: Buffer): Progress
  /** Once nothing is under way. */
  settled(): Promise<void>
}

type Order = { csr: string; progress: Progress; begunMs: number[] }

export function createOrders(acme: Acme, { clock, log, metrics }: Effects): Orders {
  const orders = new Map<string, Order>()
  const issued = metrics.counter('parvis_hub_certificates_total', 'Certificates that the CA gave for gateways')
  const failures = metrics.counter('parvis_hub_certificate_failures_total', 'Orders of certificates that failed')
  let last: Promise<void> = Promise.resolve()

  async function carryOut(order: Order, name: string, csr: Buffer): Promise<void> {
    try {
      order.progress = { state: 'issued', chain: await acme.issue(name, csr) }
      issued()
      log.info('certificate issued', { name })
    } catch (error) {
      failures()
      order.progress = { state: 'failed', reason: reason(error).slice(0, 400) }
      log.error('certificate not issued', { name, reason: reason(error) })
    }
  }

  return {
    progress(kid, name, csr) {
      const asked = createHash('sha256').update(csr).digest('hex')
      const known = orders.get(kid)
      const now = clock.monotonic()
      // A failure is told once; whoever asks again wants another try.
      if (known && (known.progress.state === 'pending' || (known.csr === asked && known.progress.state === 'issued'))) return known.progress
      if (known?.csr === asked && known.progress.state === 'failed') {
        const told = known.progress
        known.csr = ''
        return told
      }
      const begunMs = (known?.begunMs ?? []).filter((ms) => now - ms < DAY_MS)
      if (begunMs.length >= MOST_ORDERS_A_DAY) return { state: 'failed', reason: `${MOST_ORDERS_A_DAY} orders a day are the limit` }
      if (!known && orders.size >= MOST_GATEWAYS) return { state: 'failed', reason: 'the hub has too many orders' }
      const order: Order = { csr: asked, progress: { state: 'pending' }, begunMs: [...begunMs, now] }
      orders.set(kid, order)
      last = last.then(() => carryOut(order, name, csr))
      return order.progress
    },
    settled: () => last,
  }
}
