/** The vaults that were opened once, as pages of repeated work. */
import { listVaults, type Tx, type VaultRow } from "@kluis/db";
import type { WorkPage } from "../runtime/recurring-work.ts";

/** One vault a page, by id: a kill costs one vault, and the next run continues behind the last one. */
export async function pageOfVaults(tx: Tx, after: string | null): Promise<WorkPage<VaultRow>> {
  // As stored: a vault that an engine has just opened for the first time is in no list of this process.
  const left = (await listVaults(tx))
    .filter(({ identity, id }) => identity !== null && (after === null || id > after))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const [one, ...others] = left;
  return { items: one === undefined ? [] : [one], next: others.length === 0 ? null : (one?.id ?? null) };
}
