import type { Benchmark } from './figure.ts'
import { captive } from './captive.ts'
import { logIns } from './log-ins.ts'
import { memory } from './memory.ts'
import { open } from './open.ts'
import { accounting } from './radius/accounting.ts'
import { argon2 } from './radius/argon2.ts'
import { cores } from './radius/cores.ts'
import { latency } from './radius/latency.ts'
import { papFromSqlite, papInMemory } from './radius/pap.ts'
import { storm, stormMax } from './storm/storm.ts'
import { kioskBytes, pageBytes } from './sizes.ts'

export const BENCHMARKS: readonly Benchmark[] = [captive, open, logIns, storm, stormMax, memory, pageBytes, kioskBytes, papInMemory, papFromSqlite, accounting, latency, cores, argon2]
