/** Which server of a realm a conversation is with: only the one that gave a State understands it (RFC 2865 §5.24). */
import { ATTRIBUTES } from '../attributes.ts'
import type { Packet } from '../packet.ts'

/** Log-ins by EAP that may be under way in one realm; of more, the oldest may end at another server, which rejects them. */
const MOST_CONVERSATIONS = 8_192

export type Conversations = {
  /** The server's place in the list; undefined where no conversation was begun. */
  serverOf(request: Packet): number | undefined
  /** A reply that carries State is the beginning, or the next step, of one. */
  heard(reply: Packet, server: number): void
}

function stateOf(packet: Packet): string | undefined {
  const state = packet.read(ATTRIBUTES.State)
  return state && Buffer.from(state.buffer, state.byteOffset, state.byteLength).toString('latin1')
}

/** @param servers of the realm; where there is one, nothing need be remembered. */
export function createConversations(servers: number): Conversations {
  const byState = new Map<string, number>()
  return {
    serverOf(request) {
      const state = byState.size === 0 ? undefined : stateOf(request)
      return state === undefined ? undefined : byState.get(state)
    },
    heard(reply, server) {
      const state = servers < 2 ? undefined : stateOf(reply)
      if (state === undefined) return
      // Set anew at its end: the first in the map is the one that was used longest ago.
      byState.delete(state)
      byState.set(state, server)
      if (byState.size <= MOST_CONVERSATIONS) return
      for (const oldest of byState.keys()) return void byState.delete(oldest)
    },
  }
}
