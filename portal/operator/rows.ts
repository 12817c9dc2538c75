// The rows that a search has shown, each behind a handle that means nothing: no page carries a device's address.
import { encodeBase32 } from '#shared/base32.ts'
import type { Found } from './find.ts'

const HANDLE_BYTES = 10
/** Of the searches of everyone signed in; older ones are searched for again. */
const MOST_HANDLES = 400

export type Row = { readonly handle: string; readonly found: Found; readonly barred: boolean }
export type Rows = { keep(found: Found, barred: boolean): Row; byHandle(handle: string): Found | undefined }

export function createRows(random: (length: number) => Buffer): Rows {
  const kept = new Map<string, Found>()
  return {
    keep(found, barred) {
      const [oldest] = kept.keys()
      if (kept.size >= MOST_HANDLES && oldest !== undefined) kept.delete(oldest)
      const handle = encodeBase32(random(HANDLE_BYTES))
      kept.set(handle, found)
      return { handle, found, barred }
    },
    byHandle: (handle) => kept.get(handle),
  }
}
