import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "./postgres.ts";
import { isRoot } from "./system-user.ts";

/** The variable that holds the URL of the run's server for packages/db/src/testing.ts. */
export const testServerVariable = "KLUIS_TEST_DATABASE_URL";

/**
 * Vitest's global setup for integration tests: starts one PostgreSQL for the whole run and returns its clean-up. With
 * DATABASE_URL set, tests use that server instead.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env["DATABASE_URL"] !== undefined || process.env[testServerVariable] !== undefined) {
    return async () => undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), "kluis-test-"));
  // When root starts the run, the server has another user, who must pass through this folder.
  if (isRoot()) await chmod(folder, 0o711);
  const server = await startPostgres({ dataDir: join(folder, "postgres"), durable: false });
  process.env[testServerVariable] = server.url("postgres");
  return async () => {
    delete process.env[testServerVariable];
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
