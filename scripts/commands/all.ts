import type { CommandRow } from './command.ts'

/** Every command of scripts/parvis, one row each, in the order in which the overview lists them. Only the one that is called is loaded. */
export const COMMANDS: ReadonlyMap<string, CommandRow> = new Map(Object.entries({
  run: { summary: 'start the portal, RADIUS, kiosk and hub, or some of them', load: async () => (await import('./run.ts')).run },
  check: { summary: 'read the settings and report every mistake', load: async () => (await import('./check.ts')).check },
  settings: { summary: 'show the settings in force', load: async () => (await import('./settings.ts')).settingsCommand },
  demo: { summary: 'take the demonstration town away', load: async () => (await import('./demo.ts')).demo },
  device: { summary: 'enrol gateways at a hub', load: async () => (await import('./device.ts')).device },
  account: { summary: 'people and machines that sign in with a name', load: async () => (await import('./account.ts')).account },
  voucher: { summary: 'codes that give time or data online', load: async () => (await import('./voucher.ts')).voucher },
  network: { summary: 'write the configuration of the programs beside the gateway', load: async () => (await import('./network.ts')).network },
  radius: { summary: 'watch RADIUS, and change its clients while it runs', load: async () => (await import('./radius.ts')).radius },
  session: { summary: 'list the sessions that run, and end one', load: async () => (await import('./session.ts')).session },
  maintenance: { summary: 'announce works, and end them', load: async () => (await import('./maintenance.ts')).maintenance },
  operator: { summary: 'give a code for the live connections of this gateway', load: async () => (await import('./operator.ts')).operator },
  receipt: { summary: 'check a citizen’s receipt, or all that are kept here', load: async () => (await import('./receipt.ts')).receipt },
  legal: { summary: 'the law’s profile, and the two holders of the sealed log', load: async () => (await import('./legal.ts')).legal },
  staff: { summary: 'help city staff who cannot sign in', load: async () => (await import('./staff.ts')).staff },
}))
