// The worker's end of gateway.ts: an Enforcer that lives in the gateway's namespace.
import { createInterface } from 'node:readline'
import type { Asker, Enforcer, Grant, OpenClient, Usage } from '#portal/gateway/enforcer.ts'
import type { NftablesSettings } from '#portal/gateway/policy.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Order } from './gateway.ts'
import type { Inside, Lab } from './lab.ts'

export type LabEnforcer = Omit<Enforcer, 'name' | 'start' | 'onSpent'> & {
  /** Who stands behind each of these addresses, all asked at once. */
  askers(...addresses: readonly string[]): Promise<readonly Asker[]>
  /** Everyone sighted since the start, as often as told. */
  sightings(): Promise<readonly MacAddress[]>
  /** Marks of those whose quota ran out since the start. */
  spent(): Promise<readonly number[]>
  metrics(): Promise<string>
  readonly process: Inside
}

type Answer = { readonly value?: unknown; readonly error?: string }

/** Starts the real enforcer, with the stub portal, in the gateway of `lab`. */
export async function startEnforcer(lab: Lab, settings: Partial<NftablesSettings> = {}): Promise<LabEnforcer> {
  const all: NftablesSettings = { lan: ['lan0'], wan: ['wan0'], portalPort: 8080, onPortalLoss: 'keep', ...settings }
  const inside = lab.spawn('gateway', [process.execPath, 'test/lab/gateway.ts', JSON.stringify(all)])
  const { stdin, stdout } = inside.child
  if (!stdin || !stdout) throw new Error('the gateway process has no pipes')
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  const dead = inside.ended.then(({ code, stderr }) => Promise.reject(new Error(`the gateway process ended with ${code}: ${stderr}`)))
  dead.catch(() => {})

  async function hear(): Promise<Answer> {
    const { value } = await Promise.race([lines.next(), dead])
    return JSON.parse(value ?? '{"error":"no answer"}') as Answer
  }
  let last: Promise<unknown> = Promise.resolve()
  function ask(order: Order): Promise<unknown> {
    const answered = last.then(async () => {
      stdin?.write(`${JSON.stringify(order)}\n`)
      const { value, error } = await hear()
      if (error !== undefined) throw new Error(error)
      return value
    })
    last = answered.catch(() => {})
    return answered
  }

  await hear()
  return {
    process: inside,
    // The other end runs our own code with these very types.
    open: async (grant: Grant) => void (await ask({ act: 'open', grant })),
    close: async (mac: MacAddress) => (await ask({ act: 'close', mac })) as Usage,
    list: async () => (await ask({ act: 'list' })) as readonly OpenClient[],
    askers: async (...addresses) => (await ask({ act: 'askers', addresses })) as readonly Asker[],
    sightings: async () => (await ask({ act: 'sightings' })) as readonly MacAddress[],
    spent: async () => (await ask({ act: 'spent' })) as readonly number[],
    metrics: async () => (await ask({ act: 'metrics' })) as string,
    async stop() {
      await ask({ act: 'stop' })
      await inside.ended
    },
  }
}
