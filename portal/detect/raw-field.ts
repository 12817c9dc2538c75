/** The first field of that name (in small letters). Reading the raw ones spares Node gathering them all into `headers`. */
export function rawField(raw: readonly string[], name: string): string | undefined {
  for (let at = 0; at < raw.length; at += 2) {
    const field = raw[at]
    if (field?.length === name.length && field.toLowerCase() === name) return raw[at + 1]
  }
  return undefined
}
