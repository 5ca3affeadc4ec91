/**
 * Says on stderr that something went wrong inside the local Azure: a defect, not an answer that Azure would give.
 * Callers name the operation and never a query string, which may carry a signature.
 */
export function logFailure(what: string, error: unknown): void {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`local-azure: ${what} failed: ${reason}\n`);
}
