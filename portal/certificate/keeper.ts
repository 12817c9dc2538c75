// Looks after the certificate that phones meet: reads it anew, serves it while it is good, and tells who announces it.
import { every } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import type { Certified } from '#shared/http/listen.ts'
import { reason } from '#shared/log.ts'
import { halfLifeMs, judge, readCertificate, type Certificate, type Judgement } from './judgement.ts'

/** A new file is in force, and a certificate that ends is withdrawn, within this time. */
const LOOK_EVERY_MS = 60_000
/** The alarm of an old certificate is repeated so often. */
const ALARM_EVERY_MS = 24 * 3_600_000
const DEFAULT_PORT = 443

export type KeeperParts = {
  /** The certificate as it is on disk now; undefined where there is none yet. May throw. */
  readonly read: () => Certified | undefined
  /** The name that phones are told; undefined: the certificate's first. */
  readonly domain: string | undefined
  /** The port of the TLS listener, as phones reach it. */
  readonly port: () => number
  /** New connections get this certificate, or none. */
  readonly serve: (pair: Certified | undefined) => void
  /** Told the origin that phones may be told, at the start and at every change. */
  readonly announce: (origin: string | undefined) => void
}

export type Keeper = {
  /** `https://name` or `https://name:port` while it may be told to phones. Without a final slash. */
  origin(): string | undefined
  judgement(): Judgement
  /** Reads and judges at once, instead of within the minute. */
  look(): void
  close(): void
}

/** Served until its last moment; told to phones no longer than WITHDRAWN_BEFORE_END_MS before. */
function served(found: Judgement): Certified | undefined {
  return found.kind === 'valid' || found.kind === 'half-spent' || found.kind === 'ending' ? found.certificate : undefined
}

function summary(found: Judgement): { state: string; until?: string; why?: string } {
  if ('certificate' in found) return { state: found.kind, until: new Date(found.certificate.untilMs).toISOString() }
  return found.kind === 'unreadable' ? { state: found.kind, why: found.why } : { state: found.kind }
}

export function startKeeper(parts: KeeperParts, { clock, metrics, ...effects }: Effects): Keeper {
  const log = effects.log.scoped('certificate')
  let found: Judgement = { kind: 'absent' }
  let serving: Certified | undefined
  let announced: string | undefined
  let alarmedAtMs = Number.NEGATIVE_INFINITY

  function read(): Judgement {
    try {
      const pair = parts.read()
      return pair ? judge(readCertificate(pair), parts.domain, clock.now()) : { kind: 'absent' }
    } catch (error) {
      return { kind: 'unreadable', why: reason(error) }
    }
  }

  function originOf(judgement: Judgement): string | undefined {
    if (judgement.kind !== 'valid' && judgement.kind !== 'half-spent') return undefined
    const port = parts.port()
    return `https://${judgement.name}${port === DEFAULT_PORT ? '' : `:${port}`}`
  }

  function serve(pair: Certified | undefined): void {
    if (pair?.cert === serving?.cert && pair?.key === serving?.key) return
    serving = pair
    parts.serve(pair)
  }

  function tell(origin: string | undefined): void {
    if (origin === announced) return
    announced = origin
    parts.announce(origin)
  }

  /** Once when a state begins, then daily while it lasts. */
  function alarm(changed: boolean): void {
    if (found.kind === 'valid') return void (changed && log.info('certificate in force', summary(found)))
    if (!changed && clock.monotonic() - alarmedAtMs < ALARM_EVERY_MS) return
    alarmedAtMs = clock.monotonic()
    if (found.kind === 'half-spent') log.warn('certificate past its half life', { ...summary(found), remedy: 'renew it: at its end phones are told no https address' })
    else log.error('certificate withdrawn', { ...summary(found), remedy: 'phones are told no https address until a good certificate is there; plain http goes on' })
  }

  function look(): void {
    const before = found.kind
    found = read()
    serve(served(found))
    tell(originOf(found))
    alarm(found.kind !== before)
  }

  metrics.gauge('portal_certificate_seconds_left', 'Until the certificate that phones meet has run out; 0 without a good one.', () => {
    const pair = served(found)
    return pair && 'certificate' in found ? Math.max(0, Math.floor((found.certificate.untilMs - clock.now()) / 1000)) : 0
  })
  metrics.gauge('portal_certificate_alarm', '1 while the certificate is past its half life, ending, or not good at all.', () => (found.kind === 'valid' ? 0 : 1))
  // Whoever announces hears at once that there is nothing to announce, so that nothing of an earlier life stays announced.
  parts.announce(undefined)
  look()
  if (found.kind === 'absent') alarm(true)
  const cancel = every(clock, LOOK_EVERY_MS, look, (error) => log.error('certificate not looked after', { reason: reason(error) }))
  return { origin: () => announced, judgement: () => found, look, close: cancel }
}

/** Asked for so much of its life before half of it is over, that the alarm means that nobody could be reached for a day. */
const RENEWAL_LEAD = 0.02

/** Whether half its life is nearly over, or there is none that could be served: time to ask for another. */
export function isDue(found: Judgement, nowMs: number): boolean {
  // A clock that is behind makes every certificate too early: asking for another would not help.
  return found.kind === 'early' ? false : !('certificate' in found) || found.kind === 'misnamed' || nowMs >= renewalMs(found.certificate)
}

export function renewalMs(certificate: Pick<Certificate, 'fromMs' | 'untilMs'>): number {
  return halfLifeMs(certificate) - RENEWAL_LEAD * (certificate.untilMs - certificate.fromMs)
}
