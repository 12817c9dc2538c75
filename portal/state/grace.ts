// The RADIUS server is silent: a short connection without it, where the city wants that, for those whom nobody would have checked.
import { ACCESS_METHODS } from '#radius/access-methods.ts'
import { readTokenUser } from '#radius/access/portal-token.ts'
import type { AccessAnswer, Nas } from '#radius/nas.ts'
import type { Clock } from '#shared/clock.ts'

/** Whole seconds of each such connection, and how many of them at once. */
export type Grace = { readonly seconds: number; readonly most: number }

/** A server known to be silent keeps nobody waiting for all its turns; it is asked all the same, and comes back by answering. */
const KNOWN_SILENT_WAIT_MS = 1_500
const OPEN_TO_ALL = new Set<string | undefined>(['click', 'free'])

/** The portal's own token for somebody who need not prove anything: a voucher or an account is the server's to judge. */
function unchecked(userName: string): boolean {
  const token = readTokenUser(userName)
  return token !== undefined && OPEN_TO_ALL.has(ACCESS_METHODS[token.profile])
}

function within<T>(answer: Promise<T>, ms: number, clock: Clock, otherwise: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(otherwise))
    answer.then(resolve, reject).finally(cancel)
  })
}

/** @param silent whether the server was silent when last asked. */
export function withGrace(nas: Nas, grace: Grace | undefined, silent: () => boolean, clock: Clock): Nas {
  const granted: number[] = []

  function admit(userName: string): AccessAnswer {
    if (!grace || !unchecked(userName)) return { kind: 'silence' }
    const now = clock.monotonic()
    while (granted[0] !== undefined && now - granted[0] >= grace.seconds * 1000) granted.shift()
    if (granted.length >= grace.most) return { kind: 'silence' }
    granted.push(now)
    return { kind: 'accept', authorisation: { sessionSeconds: grace.seconds } }
  }
  return {
    ...nas,
    async access(question) {
      const answer = nas.access(question)
      const heard = silent() ? await within(answer, KNOWN_SILENT_WAIT_MS, clock, { kind: 'silence' }) : await answer
      return heard.kind === 'silence' ? admit(question.userName) : heard
    },
  }
}
