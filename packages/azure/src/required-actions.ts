/** Actions that the role of a connection's identity must have. A test compares them with docs/azure-role.json. */
export const requiredActions = [
  "Microsoft.Compute/virtualMachines/read",
  "Microsoft.Compute/virtualMachines/runCommand/action",
  "Microsoft.Compute/virtualMachines/extensions/read",
  "Microsoft.Compute/virtualMachines/extensions/write",
  "Microsoft.Compute/restorePointCollections/read",
  "Microsoft.Compute/restorePointCollections/write",
  "Microsoft.Compute/restorePointCollections/delete",
  "Microsoft.Compute/restorePointCollections/restorePoints/read",
  "Microsoft.Compute/restorePointCollections/restorePoints/write",
  "Microsoft.Compute/restorePointCollections/restorePoints/delete",
  "Microsoft.Compute/restorePointCollections/restorePoints/diskRestorePoints/read",
  "Microsoft.Compute/restorePointCollections/restorePoints/diskRestorePoints/beginGetAccess/action",
  "Microsoft.Compute/restorePointCollections/restorePoints/diskRestorePoints/endGetAccess/action",
  "Microsoft.Compute/disks/read",
  "Microsoft.Compute/disks/write",
  "Microsoft.Compute/disks/delete",
  "Microsoft.Compute/disks/beginGetAccess/action",
  "Microsoft.Compute/disks/endGetAccess/action",
  "Microsoft.Compute/snapshots/read",
  "Microsoft.Compute/snapshots/write",
  "Microsoft.Compute/snapshots/delete",
  "Microsoft.Compute/snapshots/beginGetAccess/action",
  "Microsoft.Compute/snapshots/endGetAccess/action",
  "Microsoft.Compute/diskEncryptionSets/read",
  "Microsoft.Compute/diskAccesses/read",
  "Microsoft.Compute/locations/operations/read",
  "Microsoft.Compute/locations/diskOperations/read",
] as const;

/** Without them some facts of sizes and networks are unknown, and nothing fails. */
export const optionalActions = [
  "Microsoft.Compute/skus/read",
  "Microsoft.Network/networkInterfaces/read",
] as const;

/** A set of permissions, as Azure lists them for the caller. */
export interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

/** The required actions that no permission holds. `*` in an action is any text, and case does not matter. */
export function missingActions(permissions: readonly Permission[]): string[] {
  const held = permissions.map(({ actions, notActions }) => ({
    allowed: actions.map(patternOf),
    denied: notActions.map(patternOf),
  }));
  return requiredActions.filter(
    (action) =>
      !held.some(
        ({ allowed, denied }) =>
          allowed.some((pattern) => pattern.test(action)) && !denied.some((pattern) => pattern.test(action)),
      ),
  );
}

function patternOf(action: string): RegExp {
  const escaped = action.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`, "i");
}
