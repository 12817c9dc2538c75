// The two people who together can open the log. Their private keys are made and kept offline; the gateway has the public halves.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import * as v from 'valibot'
import { UsageError } from '#shared/errors.ts'
import { deviceKeyPem, generateDeviceKey, parseDeviceKey, publicKey, type DeviceKey, type PublicKey } from '#shared/sign.ts'

const DAY_MS = 86_400_000

const half = v.pipe(v.string(), v.regex(/^[\w-]{43}$/))
const day = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/))
const publicA = v.object({ holder: v.literal('a'), sign: v.unknown(), days: v.record(day, half) })
const publicB = v.object({ holder: v.literal('b'), sign: v.unknown(), key: half })
const pair = v.object({ x: half, d: half })
const privateA = v.object({ holder: v.literal('a'), secret: v.literal(true), sign: v.string(), days: v.record(day, pair) })
const privateB = v.object({ holder: v.literal('b'), secret: v.literal(true), sign: v.string(), key: pair })

export type HolderA = { readonly sign: PublicKey; readonly days: ReadonlyMap<string, KeyObject> }
export type HolderB = { readonly sign: PublicKey; readonly key: KeyObject }
export type SecretA = { readonly sign: DeviceKey; readonly days: ReadonlyMap<string, KeyObject> }
export type SecretB = { readonly sign: DeviceKey; readonly key: KeyObject }

const publicHalf = (x: string): KeyObject => createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
const secretHalf = ({ x, d }: v.InferOutput<typeof pair>): KeyObject => createPrivateKey({ key: { kty: 'OKP', crv: 'X25519', x, d }, format: 'jwk' })

function parsed<T extends v.GenericSchema>(schema: T, text: string, what: string): v.InferOutput<T> {
  try {
    return v.parse(schema, JSON.parse(text))
  } catch (cause) {
    // The cause may quote the file, and the file may hold a secret.
    throw new UsageError('legal_keys', `this is not ${what}, as \`parvis legal keys\` makes it${cause instanceof SyntaxError ? ': it is not JSON' : ''}`)
  }
}
function mapped<A, B>(record: Readonly<Record<string, A>>, make: (one: A) => B): Map<string, B> {
  return new Map(Object.entries(record).map(([key, one]) => [key, make(one)]))
}

/** @throws UsageError `legal_keys` */
export function readHolderA(text: string): HolderA {
  const { sign, days } = parsed(publicA, text, 'the public file of holder A')
  return { sign: publicKey(sign), days: mapped(days, publicHalf) }
}
/** @throws UsageError `legal_keys` */
export function readHolderB(text: string): HolderB {
  const { sign, key } = parsed(publicB, text, 'the public file of holder B')
  return { sign: publicKey(sign), key: publicHalf(key) }
}
/** @throws UsageError `legal_keys` */
export function readSecretA(text: string): SecretA {
  const { sign, days } = parsed(privateA, text, 'the private file of holder A')
  return { sign: parseDeviceKey(sign), days: mapped(days, secretHalf) }
}
/** @throws UsageError `legal_keys` */
export function readSecretB(text: string): SecretB {
  const { sign, key } = parsed(privateB, text, 'the private file of holder B')
  return { sign: parseDeviceKey(sign), key: secretHalf(key) }
}

function newPair(): v.InferOutput<typeof pair> {
  return v.parse(pair, generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' }))
}

/** `count` days from `first` on. */
export function daysFrom(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => new Date(Date.parse(`${first}T00:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10))
}

/** What a holder's two files hold. `secret` never leaves the holder. */
export type HolderFiles = { readonly secret: string; readonly public: string }
const text = (value: unknown): string => `${JSON.stringify(value, undefined, 1)}\n`

/** A key for each day; with `before`, the text of an earlier private file, its days and its name stay. */
export function makeHolderA(days: readonly string[], before?: string): HolderFiles {
  const old = before === undefined ? undefined : parsed(privateA, before, 'the private file of holder A')
  const sign = old ? parseDeviceKey(old.sign) : generateDeviceKey()
  const pairs = { ...old?.days }
  for (const one of days) pairs[one] ??= newPair()
  return filesOfA(sign, pairs)
}

/** Without the keys of days before `first`: what was sealed to them nobody can open any more. */
export function destroyDays(secret: string, first: string): HolderFiles & { readonly destroyed: number } {
  const { sign, days } = parsed(privateA, secret, 'the private file of holder A')
  const kept = Object.fromEntries(Object.entries(days).filter(([one]) => one >= first))
  return { ...filesOfA(parseDeviceKey(sign), kept), destroyed: Object.keys(days).length - Object.keys(kept).length }
}

function filesOfA(sign: DeviceKey, pairs: Readonly<Record<string, { x: string; d: string }>>): HolderFiles {
  const days = Object.fromEntries(Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    secret: text({ holder: 'a', secret: true, sign: deviceKeyPem(sign), days }),
    public: text({ holder: 'a', sign: sign.jwk, days: Object.fromEntries(Object.entries(days).map(([one, { x }]) => [one, x])) }),
  }
}

export function makeHolderB(): HolderFiles {
  const [sign, key] = [generateDeviceKey(), newPair()]
  return { secret: text({ holder: 'b', secret: true, sign: deviceKeyPem(sign), key }), public: text({ holder: 'b', sign: sign.jwk, key: key.x }) }
}
