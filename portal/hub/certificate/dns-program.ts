// Every provider of DNS has its own way to set a record: the city names a program that knows its own (README shows one for RFC 2136).
import { execFile } from 'node:child_process'
import { UnavailableError } from '#shared/errors.ts'
import type { Log } from '#shared/log.ts'
import type { DnsRecords } from './acme.ts'

/** It waits until the world sees the record. */
const LONGEST_RUN_MS = 5 * 60_000
const MOST_SAID = 200

/**
 * Runs `program set NAME VALUE` and `program clear NAME VALUE`. Both are ours: a name that this hub made up, and a digest in base64url.
 * The program gets no environment of the hub's but PATH. The last line of its stderr, when it fails, is in a log that is kept: it has
 * to be silent about the key to the zone, whatever tool it runs.
 */
export function dnsProgram(program: string, log: Log): DnsRecords {
  function run(act: 'set' | 'clear', name: string, value: string): Promise<void> {
    if (!/^_acme-challenge\.[a-z0-9.-]+$/.test(name) || !/^[\w-]{43}$/.test(value)) return Promise.reject(new TypeError('no record of ACME'))
    return new Promise((resolve, reject) => {
      const options = { timeout: LONGEST_RUN_MS, env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' } }
      execFile(program, [act, name, value], options, (error, _, stderr) => {
        if (!error) return resolve()
        // For the operator alone: a reason goes to every gateway.
        log.warn('hub.acme_dns failed', { act, said: (stderr.trim().split('\n').at(-1) || error.message).slice(0, MOST_SAID) })
        reject(new UnavailableError('acme', `hub.acme_dns could not ${act} the record`))
      })
    })
  }
  return { set: (name, value) => run('set', name, value), clear: (name, value) => run('clear', name, value) }
}
