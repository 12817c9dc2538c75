// Every kind of gateway that `gateway.enforcer` may name, one row each.
import type { Effects } from '#shared/effects.ts'
import { dryRunEnforcer, dryRunNeighbours } from './dry-run.ts'
import type { Enforcer, Neighbours } from './enforcer.ts'
import { lanNeighbours } from './neighbours.ts'
import { noEnforcer, noNeighbours } from './no-network.ts'
import { createNftWriter } from './nft-writer.ts'
import { nftablesEnforcer } from './nftables.ts'
import { createPairs } from './pairs.ts'
import type { NftablesSettings } from './policy.ts'

export type Gateway = { readonly enforcer: Enforcer; readonly neighbours: Neighbours }
export type GatewaySettings = { readonly kind: 'dry-run' | 'controllers' } | ({ readonly kind: 'nftables' } & NftablesSettings)

function nftables(settings: NftablesSettings, effects: Effects): Gateway {
  const reader = createNftWriter(effects)
  return { enforcer: nftablesEnforcer(settings, effects, reader), neighbours: lanNeighbours(settings.lan, effects, createPairs(reader, effects.clock)) }
}

/** @throws TypeError when an interface or a port cannot be meant. */
export function createGateway(settings: GatewaySettings, effects: Effects): Gateway {
  if (settings.kind === 'nftables') return nftables(settings, effects)
  if (settings.kind === 'controllers') return { enforcer: noEnforcer(), neighbours: noNeighbours() }
  return { enforcer: dryRunEnforcer(effects), neighbours: dryRunNeighbours(effects) }
}
