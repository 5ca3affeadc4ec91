/** What a request would do now, in counts, and its digest: a person decides about what they saw. */
import { z } from "zod";

const count = z.int().nonnegative();

export const approvalEffectSchema = z.object({
  /** VMs that lose points, or whose points are released. */
  vms: count,
  /** Points that go at once, or are released. */
  points: count,
  /** Points that are kept for a shorter time. */
  sooner: count,
  /** Points that stay because they are pinned. */
  pinned: count,
  /** VMs that lose their last good point. */
  lastGood: count,
  /** Days for which removed points can be brought back, the fewest of all VMs; 0: not at all; null: nothing is removed. */
  undoDays: count.nullable(),
});
export type ApprovalEffect = z.infer<typeof approvalEffectSchema>;

export const noEffect: ApprovalEffect = {
  vms: 0,
  points: 0,
  sooner: 0,
  pinned: 0,
  lastGood: 0,
  undoDays: null,
};

/** What a decider saw, as a short text that they send back. */
export function seenEffect(effect: ApprovalEffect): string {
  const { vms, points, sooner, pinned, lastGood, undoDays } = effect;
  return [vms, points, sooner, pinned, lastGood, undoDays ?? "-"].join(".");
}
