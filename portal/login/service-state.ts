import type { AccessAnswer, Nas } from '#radius/nas.ts'
import type { Enforcer } from '../gateway/enforcer.ts'

/** Watches what the portal leans on and remembers, of each, only whether it answered last. */
export type Watched = { readonly nas: Nas; readonly enforcer: Enforcer; silent(): boolean; ready(): boolean }

export function watchService(nas: Nas, enforcer: Enforcer): Watched {
  let answers = true
  let gate = true

  async function heard(access: Promise<AccessAnswer>): Promise<AccessAnswer> {
    const answer = await access
    answers = answer.kind !== 'silence'
    return answer
  }
  async function worked<Result>(act: Promise<Result>): Promise<Result> {
    try {
      const result = await act
      gate = true
      return result
    } catch (error) {
      gate = false
      throw error
    }
  }

  return {
    nas: { access: (question) => heard(nas.access(question)), account: (report) => nas.account(report), close: () => nas.close() },
    enforcer: {
      name: enforcer.name,
      start: () => worked(enforcer.start()),
      open: (grant) => worked(enforcer.open(grant)),
      close: (mac, controller) => worked(enforcer.close(mac, controller)),
      list: () => worked(enforcer.list()),
      ...(enforcer.onSpent && { onSpent: enforcer.onSpent }),
      ...(enforcer.onRemade && { onRemade: enforcer.onRemade }),
      stop: () => enforcer.stop(),
    },
    // A server that is probed when it is silent is heard again before anyone asks it something.
    silent: () => nas.silent?.() ?? !answers,
    ready: () => gate,
  }
}
