/** The byte at `at`; 0 behind the end, where a caller that has checked its bounds never asks. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}
