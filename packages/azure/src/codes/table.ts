/** Finds what a failure means: by Azure's code, then by the HTTP status. */
import { armCodes } from "./arm-codes.ts";
import { diskCodes } from "./disk-codes.ts";
import { entraCodes } from "./entra-codes.ts";
import type { OutcomeName } from "./outcomes.ts";
import type { CodeTable, Row } from "./row.ts";

/** Which part of Azure failed: some codes mean something else there. */
export type Surface = "arm" | "disk" | "entra";

export const codeTables: Readonly<Record<Surface, CodeTable>> = {
  arm: armCodes,
  disk: diskCodes,
  entra: entraCodes,
};

/** Azure's pages and services differ in the letter case of some codes. */
const byLowerCase = (table: CodeTable): ReadonlyMap<string, Row> =>
  new Map(Object.entries(table).map(([code, row]) => [code.toLowerCase(), row]));
const rowsOf: Readonly<Record<Surface, ReadonlyMap<string, Row>>> = {
  arm: byLowerCase(armCodes),
  disk: byLowerCase(diskCodes),
  entra: byLowerCase(entraCodes),
};

export interface Failure {
  readonly surface: Surface;
  /** Azure's code, then the codes inside it; the first known one decides. */
  readonly codes: readonly string[];
  /** All that Azure said. */
  readonly text: string;
  readonly status: number | null;
}

/** What a code means; null when the table does not have it. */
function outcomeOfCode({ surface, codes, text }: Omit<Failure, "status">): OutcomeName | null {
  for (const code of codes) {
    const found = rowsOf[surface].get(code.toLowerCase());
    if (found) return found.cases.find(({ message }) => message.test(text))?.outcome ?? found.outcome;
  }
  return null;
}

/**
 * What a failure means. A code that no table has is temporary for a bounded time. A 404 without a known code never means that
 * the resource is gone: a proxy or a wrong address answers like that too.
 */
export function outcomeOf(failure: Failure): OutcomeName {
  const { surface, status } = failure;
  if (status === 429) return "throttled";
  const known = outcomeOfCode(failure);
  if (known !== null) return known;
  if (status === null) return surface === "entra" ? "sign-in" : "unknown";
  if (status === 408 || status >= 500) return "failed";
  if (surface === "disk" && (status === 401 || status === 403)) return "access-unknown";
  if (status === 401) return "token";
  if (status === 403) return "forbidden-unknown";
  if (status === 409) return "conflict-unknown";
  return status === 404 ? "unknown" : "rejected-unknown";
}
