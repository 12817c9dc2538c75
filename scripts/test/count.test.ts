import { expect, test } from 'vitest'
import { countResults, lastLine } from './count.ts'

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((one) => ({ status: one })) })

test('passed, failed and skipped tests are counted', () => {
  const report = { testResults: [file('failed', 'passed', 'failed', 'skipped'), file('passed', 'passed', 'pending')] }
  expect(lastLine(countResults(report, 1))).toBe('2 passed, 1 failed, 2 skipped')
})

test('a file that fails in a hook is a failure although none of its tests failed', () => {
  expect(countResults({ testResults: [file('failed', 'skipped')] }, 1).failed).toBe(1)
})

test('a runner that dies without a report is a failure', () => {
  expect(countResults(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(countResults({ testResults: [file('passed', 'passed')] }, 134).failed).toBe(1)
})
