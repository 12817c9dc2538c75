import type { Benchmark } from './figure.ts'
import { captive } from './captive.ts'
import { logIns } from './log-ins.ts'
import { memory } from './memory.ts'
import { kioskBytes, pageBytes } from './sizes.ts'

export const BENCHMARKS: readonly Benchmark[] = [captive, logIns, memory, pageBytes, kioskBytes]
