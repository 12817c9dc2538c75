import type { Benchmark } from './figure.ts'
import { captive } from './captive.ts'
import { memory } from './memory.ts'

export const BENCHMARKS: readonly Benchmark[] = [captive, memory]
