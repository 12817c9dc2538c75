/** What moves the cursor, colours or begins a line: a reason may quote a file or a peer that somebody else wrote. */
const CONTROLS = /[\p{Cc}\u2028\u2029]/gu

function plain(value: unknown): string {
  return String(value).replace(CONTROLS, '\uFFFD')
}

/** A log line for someone at a terminal: time, level, words; the fields as they are, on this line and in this colour. */
export function terminalLine(json: string, colour: boolean): string {
  const { time, level, scope, event, ...fields } = JSON.parse(json) as Record<string, unknown>
  const details = Object.entries(fields).map(([key, value]) => `${key}=${plain(value)}`).join(' ')
  const mark = colour ? `\u001B[33m${String(level)}\u001B[0m` : String(level)
  return `${String(time).slice(11, 19)} ${mark} ${String(scope)}: ${plain(event).replaceAll('_', ' ')}${details ? `  ${details}` : ''}\n`
}
