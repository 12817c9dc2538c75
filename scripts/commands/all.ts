import { account } from './account.ts'
import { check } from './check.ts'
import type { Command } from './command.ts'
import { demo } from './demo.ts'
import { device } from './device.ts'
import { radius } from './radius.ts'
import { run } from './run.ts'
import { session } from './session.ts'
import { settingsCommand } from './settings.ts'
import { staff } from './staff.ts'
import { voucher } from './voucher.ts'

/** Every command of scripts/parvis, one row each, in the order in which the overview lists them. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(Object.entries({ run, check, settings: settingsCommand, demo, device, account, voucher, radius, session, staff }))
