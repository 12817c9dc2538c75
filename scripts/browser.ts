import { chromium, type Browser } from 'playwright-core'
import { UnavailableError } from '#shared/errors.ts'
import { where } from './test/peers.ts'

/** Quiet and closed: no sandbox because CI runs as root, and nothing that would call out by itself. */
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Debian's own Chromium, headless. @throws UnavailableError `peer` where it is not installed. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = where('chromium')
  if (!executablePath) throw new UnavailableError('peer', 'chromium is not installed')
  return chromium.launch({ executablePath, args: FLAGS })
}
