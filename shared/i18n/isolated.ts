/** Keeps its own direction inside a sentence of another (Unicode's FSI … PDI): `2026-11` would read `11-2026` in Arabic. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`
}
