/** A log line for someone at a terminal: time, level, words; the fields as they are. */
export function terminalLine(json: string, colour: boolean): string {
  const { time, level, scope, event, ...fields } = JSON.parse(json) as Record<string, unknown>
  const details = Object.entries(fields).map(([key, value]) => `${key}=${String(value)}`).join(' ')
  const mark = colour ? `\u001B[33m${String(level)}\u001B[0m` : String(level)
  return `${String(time).slice(11, 19)} ${mark} ${String(scope)}: ${String(event).replaceAll('_', ' ')}${details ? `  ${details}` : ''}\n`
}
