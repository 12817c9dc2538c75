import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{portal,kiosk,radius,shared,scripts,test}/**/*.verify.ts'],
    testTimeout: 10 * 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
