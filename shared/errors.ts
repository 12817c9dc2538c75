/** Every error of ours carries a code that programs can match and data that a log may show; never a personal value. */
export class ParvisError extends Error {
  readonly code: string
  readonly data: Readonly<Record<string, string | number | boolean>>

  constructor(code: string, message: string, options: { data?: Record<string, string | number | boolean>; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.data = options.data ?? {}
  }
}

/** Wrong settings or wrong use of a command: the process ends with exit code 2. */
export class UsageError extends ParvisError {}

/** Something outside refused or failed (disk, socket, peer); the caller decides whether to retry. */
export class UnavailableError extends ParvisError {}

/** Input from the wire that does not have the form its specification asks for. */
export class MalformedError extends ParvisError {}
