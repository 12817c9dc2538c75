import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{portal,kiosk,radius,shared,scripts,test}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
