/**
 * Earned trust in Azure's lists of changed ranges. A list that omits a range makes this recovery point and every later one wrong,
 * and nothing else notices. So the first deltas of each disk, and one of several later ones, are confirmed: all allocated blocks
 * are read and compared, and the list is checked against the result. One wrong list turns the lists off for that disk. Pure.
 */
import { z } from "zod";

export const trustRuleSchema = z.strictObject({
  /** The first deltas of each disk that are confirmed. */
  first: z.int().min(1).max(100),
  /** After those, one of so many deltas is confirmed; 1 confirms all. */
  every: z.int().min(1).max(1000),
});
export type TrustRule = z.infer<typeof trustRuleSchema>;

/** For policies that do not name a rule. */
export const defaultTrustRule: TrustRule = { first: 3, every: 10 };

/** The record of one disk's lists. */
export interface DiskTrustState {
  /** Deltas made from lists since the disk was first seen, or since a person allowed the lists again. */
  readonly deltas: number;
  readonly isTurnedOff: boolean;
}

export const newDiskTrust: DiskTrustState = { deltas: 0, isTurnedOff: false };

/** `use` the list; `confirm` it by comparing all allocated blocks; `compare` without a list, because it was wrong before. */
export type TrustDecision = "use" | "confirm" | "compare";

/** How the next delta of a disk treats Azure's list. */
export function decideTrust({ deltas, isTurnedOff }: DiskTrustState, rule: TrustRule): TrustDecision {
  if (isTurnedOff) return "compare";
  const ordinal = deltas + 1;
  if (ordinal <= rule.first) return "confirm";
  return (ordinal - rule.first) % rule.every === 0 ? "confirm" : "use";
}
