import { findGuardedVault, type Tx } from "@kluis/db";
import { type Guardrails, mustKeepGuardrails, vaultViolations } from "@kluis/domain";

/** Region and keys of a vault that is to get points. @throws KluisError GUARDRAIL */
export async function mustKeepAsVault(tx: Tx, id: string, guardrails: Guardrails): Promise<void> {
  const vault = await findGuardedVault(tx, id);
  if (vault !== null) mustKeepGuardrails(vaultViolations(vault, guardrails));
}
