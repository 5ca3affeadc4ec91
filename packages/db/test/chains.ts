import type { Db } from "../src/client.ts";
import { walkLedger } from "../src/ledger/append.ts";

/** Whether the ledger holds events of exactly these kinds, in this order. */
export async function chainsEqual(db: Db, kinds: readonly string[]): Promise<boolean> {
  const found: string[] = [];
  for await (const record of walkLedger(db)) found.push(record.kind);
  return JSON.stringify(found) === JSON.stringify(kinds);
}
