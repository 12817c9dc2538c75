// The shape of every command of scripts/parvis.
import type { Arguments } from '../settings/read.ts'

export type Io = {
  out(text: string): void
  err(text: string): void
  env: Readonly<Record<string, string | undefined>>
  /** True when standard output is a terminal that wants colour (NO_COLOR honoured). */
  colour: boolean
}

export type Invocation = Arguments & {
  /** Words that are no flags, after the command's name. */
  readonly words: readonly string[]
  readonly options: ReadonlyMap<string, string | true>
}

export type Command = {
  /** Printed by `--help`; the first line is the usage. */
  readonly help: string
  /** Options this command knows beside --help, --config and settings; `value` ones take a text. */
  readonly options: Readonly<Record<string, 'flag' | 'value'>>
  /** Words follow its name (`demo remove`); those of other commands are refused. */
  readonly words?: true
  /** Resolves to the exit code: 0 done, 1 failed, 2 wrong use or wrong settings. */
  run(invocation: Invocation, io: Io): Promise<number>
}

export type CommandRow = { readonly summary: string; readonly load: () => Promise<Command> }
