/**
 * Logs a defect of the local Azure to stderr. `what` names the operation, never a query string: it
 * may contain a signature.
 */
export function logFailure(what: string, error: unknown): void {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`local-azure: ${what} failed: ${reason}\n`);
}
