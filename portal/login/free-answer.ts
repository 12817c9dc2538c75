import type { IncomingMessage } from 'node:http'
import { reason, type Log } from '#shared/log.ts'
import type { PlaceOf } from '../detect/place.ts'
import { hostName } from '../detect/hosts.ts'
import { isProbe } from '../detect/probes.ts'
import type { Neighbours } from '../gateway/enforcer.ts'
import type { Ends } from '../visit.ts'
import type { Free } from './free.ts'

export type FreeAnswerParts = {
  readonly free: Free
  readonly placeOf: PlaceOf
  readonly neighbours: Pick<Neighbours, 'asker'>
  readonly log: Log
  endsOf(request: IncomingMessage): Ends
}

/**
 * At a site without a page a redirected request is one that came before its device was let in. When it has been, a probe gets no
 * answer at all: its system asks again within a second, and the real server answers. Everything else is answered as ever.
 */
export function freeAnswer({ free, placeOf, neighbours, log, endsOf }: FreeAnswerParts): (request: IncomingMessage, answer: () => void) => void {
  async function isLetIn(request: IncomingMessage): Promise<boolean> {
    const { source, local } = endsOf(request)
    const asker = await neighbours.asker(source)
    if (asker.kind !== 'client' || asker.contested) return false
    return free.admit(asker.mac, placeOf(local, asker.interface).site)
  }

  return function letIn(request, answer) {
    if (!free.anywhere) return answer()
    isLetIn(request).then(
      (online) => {
        if (online && isProbe(hostName(request.headers.host) ?? '', request.url ?? '')) request.socket.destroy()
        else answer()
      },
      (error: unknown) => {
        log.warn('a device was not let in', { reason: reason(error) })
        answer()
      },
    )
  }
}
