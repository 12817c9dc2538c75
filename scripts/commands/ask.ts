import { UnavailableError } from '#shared/errors.ts'
import { askServer } from '../control/client.ts'

/** For what only a running server can do. @throws UnavailableError `no_server` */
export async function ask(data: string, action: string, args: Readonly<Record<string, unknown>> = {}): Promise<Record<string, unknown>> {
  const asked = await askServer(data, action, args)
  if (!asked) throw new UnavailableError('no_server', `no server runs on ${data}: start it, or set PARVIS_DATA`)
  const { answer } = asked
  return typeof answer === 'object' && answer !== null ? { ...answer } : {}
}
