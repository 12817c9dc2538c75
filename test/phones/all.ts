import { android } from './android.ts'
import { apple } from './apple.ts'
import type { Phone } from './phone.ts'
import { windows } from './windows.ts'

export const PHONES: readonly Phone[] = [apple, android, windows]
