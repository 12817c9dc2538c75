// What a running server tells as long as a command listens: one JSON value a line.
import type { ServerResponse } from 'node:http'

const MOST_FOLLOWERS = 8
/** What a follower has not read. Beyond it the follower is dropped: the server waits for nobody and keeps nothing for them. */
const MOST_UNREAD_BYTES = 256 * 1024

/** Begins to tell; the returned function ends it. */
export type Feed = (tell: (value: unknown) => void) => () => void
export type Feeds = {
  /** False when as many as may are following already. */
  follow(feed: Feed, response: ServerResponse): boolean
  /** Lets all followers go. */
  end(): void
}

export function createFeeds(): Feeds {
  const followers = new Set<ServerResponse>()

  return {
    follow(feed, response) {
      if (followers.size >= MOST_FOLLOWERS) return false
      followers.add(response)
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders()
      const stop = feed((value) => {
        if (response.destroyed || response.writableEnded) return
        if (response.writableLength > MOST_UNREAD_BYTES) response.destroy()
        else response.write(`${JSON.stringify(value)}\n`)
      })
      response.once('close', () => {
        stop()
        followers.delete(response)
      })
      return true
    },
    end() {
      for (const response of followers) response.end()
    },
  }
}
