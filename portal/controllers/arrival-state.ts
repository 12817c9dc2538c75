// Who stands before us, carried in the address of every page, because captive windows keep no cookies.
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { mac, type KeyObject } from '#shared/keyed-mac.ts'
import type { Arrival } from './controller.ts'

const LABEL = 'parvis/arrival/1'
const LIFE_SECONDS = 30 * 60
const IV_BYTES = 12
const TAG_BYTES = 16
const EXP_BYTES = 4
export const LONGEST_ARRIVAL_STATE = 2_048

export type ArrivalState = string
export type Opened = { readonly arrival: Arrival; readonly once: string }

/** Sealed, not only signed: it holds a MAC, and addresses of pages end up in histories and logs. */
export type ArrivalStates = {
  /** Undefined when it would be too long for an address. */
  seal(arrival: Arrival, nowMs: number): ArrivalState | undefined
  /** Undefined for what we did not seal, or not within the last 30 minutes. */
  open(state: string, nowMs: number): Opened | undefined
}

/** @param key K_form: states and form tokens live and die together. */
export function arrivalStates(key: KeyObject, random: (length: number) => Buffer): ArrivalStates {
  const sealing = mac(key, LABEL)
  return {
    seal(arrival, nowMs) {
      const iv = random(IV_BYTES)
      const head = Buffer.alloc(EXP_BYTES)
      head.writeUInt32BE(Math.floor(nowMs / 1000) + LIFE_SECONDS)
      const cipher = createCipheriv('aes-256-gcm', sealing, iv)
      const { wanted: _wanted, ...kept } = arrival
      const sealed = Buffer.concat([cipher.update(head), cipher.update(JSON.stringify(kept), 'utf8'), cipher.final()])
      const state = Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
      return state.length <= LONGEST_ARRIVAL_STATE ? state : undefined
    },
    open(state, nowMs) {
      if (state.length > LONGEST_ARRIVAL_STATE || !/^[\w-]+$/.test(state)) return undefined
      const bytes = Buffer.from(state, 'base64url')
      if (bytes.length < IV_BYTES + TAG_BYTES + EXP_BYTES) return undefined
      const clear = unseal(sealing, bytes)
      if (clear === undefined || clear.readUInt32BE() * 1000 <= nowMs) return undefined
      // The cast is safe: only what `seal` wrote passes the tag.
      const arrival = JSON.parse(clear.toString('utf8', EXP_BYTES)) as Arrival
      return { arrival, once: `${arrival.controller} ${arrival.once ?? state.slice(0, 22)}` }
    },
  }
}

function unseal(key: Buffer, bytes: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}
