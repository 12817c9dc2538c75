// openNDS on levels 3 and 4: its authmon asks us every few seconds whom to let in. Facts: authmon.sh, post-request.php and
// fas-aes-https.php of openNDS 9.10.
import type { Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { UnavailableError } from '#shared/errors.ts'
import { NO_USAGE, type Grant } from '../gateway/enforcer.ts'
import type { Controller } from './controller.ts'
import { createLedger, type ForeignGate } from './foreign-gate.ts'

/** authmon polls every 10 s unless told otherwise, asks, works, and acknowledges in the same round. */
const ACKNOWLEDGED_WITHIN_MS = 20_000
/** authmon takes four at a time and cuts the list after 1,024 characters. */
const MOST_OFFERED = 4
/** Phones that wait at one controller; more are told that the gate is busy. */
const MOST_WAITING = 512
const LONGEST_PAYLOAD = 4_096
const MINUTE_SECONDS = 60

type Waiting = { readonly line: string; readonly gateway: string; readonly arrived: () => void; readonly lost: (error: UnavailableError) => void }

/** `rhid minutes upload-rate download-rate upload-quota download-quota custom`, in kbit/s and kB; 0 is no limit. */
export function authmonLine(rhid: string, { seconds, upKbps = 0, downKbps = 0 }: Pick<Grant, 'seconds' | 'upKbps' | 'downKbps'>, quotaBytes = 0): string {
  const quotaKb = Math.ceil(quotaBytes / 1000)
  return `${rhid} ${Math.ceil(seconds / MINUTE_SECONDS)} ${upKbps} ${downKbps} ${quotaKb} ${quotaKb} none`
}

/** The reference answers what it is asked: `auth_get`, `gatewayhash`, and the payload in base64. */
export function authmonGate({ name }: Pick<Controller, 'name'>, { clock }: Pick<Effects, 'clock'>): ForeignGate {
  const ledger = createLedger(name, () => clock.monotonic())
  const waiting = new Map<string, Waiting>()

  function offered(gateway: string): string {
    const lines = [...waiting.values()].filter((one) => one.gateway === gateway).slice(0, MOST_OFFERED)
    return ['*', ...lines.map(({ line }) => encodeURIComponent(line))].join(' ')
  }

  function acknowledge(gateway: string, acknowledged: string): string {
    // All in one line in 9.10, one a line in its example.
    for (const rhid of acknowledged.split(/[\s*]+/)) {
      const one = waiting.get(rhid)
      if (one?.gateway === gateway) one.arrived()
    }
    return 'ack'
  }

  /** It has started anew and knows nobody any more: whoever waits here waits in vain. */
  function forgetAll(gateway: string): string {
    for (const one of waiting.values()) if (one.gateway === gateway) one.lost(new UnavailableError('enforcer', 'the controller has started anew'))
    return ''
  }

  const ANSWERS: Readonly<Record<string, (gateway: string, payload: string) => string>> = {
    clear: forgetAll,
    view: (gateway, payload) => (payload === 'none' ? offered(gateway) : acknowledge(gateway, payload)),
    list: (gateway) => offered(gateway),
    // What is said here names a client by its address and its MAC; the minutes we gave hold without it.
    deauthed: () => 'ack',
    custom: () => 'ack',
  }

  function checkRoom(): void {
    if (waiting.size >= MOST_WAITING) throw new UnavailableError('enforcer', 'too many phones wait for this controller')
  }

  function wait(grant: Grant, rhid: string, gateway: string): Promise<void> {
    checkRoom()
    let cancel: Cancel = () => {}
    return new Promise<void>((resolve, reject) => {
      cancel = clock.after(ACKNOWLEDGED_WITHIN_MS, () => reject(new UnavailableError('enforcer', 'the controller has not asked for its list')))
      waiting.set(rhid, { line: authmonLine(rhid, grant, grant.quotaBytes), gateway, arrived: resolve, lost: reject })
    }).finally(() => {
      cancel()
      waiting.delete(rhid)
    })
  }

  return {
    // A client that is idle is openNDS's to notice; it does not tell us.
    holdable: ({ idleSeconds: _idle, ...limits }) => limits,
    async admits() {
      // Before the receipt is on the disk.
      checkRoom()
      return true
    },
    async open(grant) {
      const { rhid, gateway } = grant.behind?.facts ?? {}
      if (rhid === undefined || gateway === undefined) throw new UnavailableError('enforcer', 'this client did not come by its controller')
      await wait(grant, rhid, gateway)
      ledger.set(grant)
    },
    async close(mac) {
      // authmon can only let in: the minutes it was given end the session there.
      ledger.leave(mac)
      return NO_USAGE
    },
    list: async () => ledger.clients(() => NO_USAGE),
    lingering: ledger.lingering,
    takeUp: (grant) => ledger.set(grant),
    asked(form) {
      const payload = Buffer.from((form('payload') ?? '').slice(0, LONGEST_PAYLOAD), 'base64').toString('utf8').trim()
      const question = form('auth_get') ?? ''
      const answer = Object.hasOwn(ANSWERS, question) ? ANSWERS[question] : undefined
      return answer?.(form('gatewayhash') ?? '', payload)
    },
    stop: () => waiting.clear(),
  }
}
