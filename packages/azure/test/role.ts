/** The role that docs/azure-setup.md tells users to create, for the engine's identity in a local Azure. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  assignRoleFile,
  CONTOSO_SUBSCRIPTION_ID,
  ENGINE_PRINCIPAL_ID,
  type Fabric,
  parseRoleFile,
} from "@kluis/local-azure";

export const rolePath = join(import.meta.dirname, "../../../docs/azure-role.json");
export const kluisRole = parseRoleFile(readFileSync(rolePath, "utf8"));

/** Gives the engine's identity this role, with these actions, and no other. */
export async function giveKluisRole(fabric: Fabric, actions = kluisRole.Actions): Promise<void> {
  const scope = `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}`;
  await assignRoleFile(
    fabric,
    { ...kluisRole, Actions: actions },
    { principalId: ENGINE_PRINCIPAL_ID, scope },
  );
}
