/** Whoever waits for the loop has it now. Long work goes in pieces with this between them: a tap, or a RADIUS request, waits for one piece. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
