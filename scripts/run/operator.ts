// The operator's pages on the door of loopback, and the codes that open them.
import { Hono } from 'hono'
import { UsageError } from '#shared/errors.ts'
import type { Effects } from '#shared/effects.ts'
import { createAccess, NAME_FORM } from '#portal/operator/access.ts'
import { operatorApp, type OperatorParts } from '#portal/operator/app.ts'

export type OperatorDesk = { readonly app: Hono; /** @throws UsageError when the name is none. */ mint(name: string): { readonly code: string; readonly minutes: number } }

export function openOperatorDesk(parts: Omit<OperatorParts, 'access'>, effects: Effects): OperatorDesk {
  const access = createAccess(effects.clock, effects.random)
  return {
    app: new Hono().route('/', operatorApp({ ...parts, access }, effects)),
    mint(name) {
      if (!NAME_FORM.test(name)) throw new UsageError('operator', 'the name is what the log says of whoever uses the code: letters, digits, dots and hyphens, 40 at most')
      effects.log.scoped('operator').info('a code was given', { operator: name })
      return access.mint(name)
    },
  }
}
