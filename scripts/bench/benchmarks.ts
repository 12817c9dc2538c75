import type { Benchmark } from './figure.ts'
import { captive } from './captive.ts'
import { logIns } from './log-ins.ts'
import { memory } from './memory.ts'
import { open } from './open.ts'
import { kioskBytes, pageBytes } from './sizes.ts'

export const BENCHMARKS: readonly Benchmark[] = [captive, open, logIns, memory, pageBytes, kioskBytes]
