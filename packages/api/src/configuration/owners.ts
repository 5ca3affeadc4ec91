import { listOwners, readGuardrails, type Tx } from "@kluis/db";
import { approvalLimits, isSameHuman, KluisError } from "@kluis/domain";

/**
 * Where changes of configuration need a second person, two human beings who can sign in must be owners: otherwise nothing could be
 * changed any more, this guardrail neither.
 * @throws KluisError CONFLICT
 */
export async function mustKeepTwoOwners(tx: Tx): Promise<void> {
  if ((await readGuardrails(tx)).approvals?.configuration !== "enforced") return;
  const [first, ...others] = await listOwners(tx, approvalLimits.deciderMost);
  if (first !== undefined && others.some((one) => !isSameHuman(first, one))) return;
  throw new KluisError("CONFLICT", {
    reason: "second-person-missing",
    message: "No second owner who has signed in could approve changes of configuration.",
    action: "Make another person an owner, and let them sign in once.",
  });
}
