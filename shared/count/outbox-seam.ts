import type { BatchDraft } from '../batch.ts'
import type { Statement } from '../db/group-commit.ts'

/**
 * Where releases go. portal/sync keeps its outbox in the same file (counts.db) as the ledger of shared/count, because the
 * charge for a number and the number itself must become durable together or not at all.
 */
export type Outbox = {
  /**
   * The statements that append one batch. shared/count runs them, in this order, in one transaction with the ledger's.
   *
   * Take `seq` inside the transaction (in SQL), never from a variable: a refused write must leave no gap (hub.md, Envelope 1),
   * and the same cells then come again in a later draft. Several drafts, each with its own statements, may share a transaction.
   */
  statements(draft: BatchDraft): readonly Statement[]
}
