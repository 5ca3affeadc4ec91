/** Waits until an engine has answered a test of a connection or a vault. */
import { setTimeout as delay } from "node:timers/promises";
import type { Session } from "./command.ts";

const POLL_MS = 500;

interface Tested {
  readonly test: { readonly pending: boolean };
}

/** @returns the row after its test; still pending when no engine answered within the time of the server */
export async function waitForTest<T extends Tested>(
  { terminal, signal }: Session,
  first: T,
  read: () => Promise<T>,
): Promise<T> {
  let row = first;
  while (row.test.pending) {
    terminal.draw("An engine is testing …");
    await delay(POLL_MS, undefined, { signal });
    row = await read();
  }
  terminal.clear();
  return row;
}
