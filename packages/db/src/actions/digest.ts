import { createHash } from "node:crypto";
import { canonicalJson } from "@kluis/domain";

/** A short digest of facts, to notice that they have changed. */
export function digestOf(facts: unknown): string {
  return createHash("sha256").update(canonicalJson(facts)).digest("hex").slice(0, 32);
}
