import { mkdir } from "node:fs/promises";
import { authFolder } from "./support/people.ts";
import { startStack } from "./support/stack.ts";

/** Starts the stack once per run. Set `KLUIS_E2E_URL` and `KLUIS_E2E_HOME` to use a running one while you write a test. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  await mkdir(authFolder, { recursive: true });
  if (process.env["KLUIS_E2E_URL"] !== undefined) return async () => undefined;
  const stack = await startStack();
  process.env["KLUIS_E2E_URL"] = stack.url;
  process.env["KLUIS_E2E_HOME"] = stack.home;
  return () => stack.stop();
}
