import * as v from 'valibot'

export type Count = { readonly passed: number; readonly failed: number; readonly skipped: number }

const reportSchema = v.object({
  testResults: v.array(
    v.object({
      status: v.string(),
      assertionResults: v.array(v.object({ status: v.string() })),
    }),
  ),
})

/**
 * Counts what vitest's JSON report says and what it leaves out: a file that failed without a failed test (a hook, an import)
 * counts one, and so does a run that ended badly with nothing else to blame.
 */
export function countResults(report: unknown, exitCode: number): Count {
  const parsed = v.safeParse(reportSchema, report)
  const count = { passed: 0, failed: 0, skipped: 0 }
  for (const file of parsed.success ? parsed.output.testResults : []) {
    const before = count.failed
    for (const { status } of file.assertionResults) {
      if (status === 'passed') count.passed++
      else if (status === 'failed') count.failed++
      else count.skipped++
    }
    if (file.status === 'failed' && count.failed === before) count.failed++
  }
  if (exitCode !== 0 && count.failed === 0) count.failed++
  return count
}

export function lastLine({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
