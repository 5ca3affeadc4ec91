/** Permissions that a call needs on what its body names: the source, the encryption set, the disk access. */
import { requireLinked } from "../authorization/linked.ts";
import type { ArmCall } from "../router.ts";

interface Named {
  sourceResourceId?: string;
  diskAccessId?: string;
  encryption?: { diskEncryptionSetId?: string };
}

/**
 * Refuses a call whose caller may not read the source. Copying a resource needs the permission to
 * export it, as the built-in roles of Azure Backup show.
 * @throws ArmError 403 `LinkedAuthorizationFailed`
 */
export function requireSources(call: ArmCall, named: Named): void {
  const { sourceResourceId, diskAccessId, encryption } = named;
  if (sourceResourceId !== undefined) {
    const type = typeOfSource(sourceResourceId);
    if (type) requireLinked(call, `Microsoft.Compute/${type}/beginGetAccess/action`, sourceResourceId);
  }
  if (diskAccessId !== undefined) requireLinked(call, "Microsoft.Compute/diskAccesses/read", diskAccessId);
  const setId = encryption?.diskEncryptionSetId;
  if (setId !== undefined) requireLinked(call, "Microsoft.Compute/diskEncryptionSets/read", setId);
}

function typeOfSource(id: string): string | undefined {
  const path = id.toLowerCase();
  if (path.includes("/diskrestorepoints/")) return "restorePointCollections/restorePoints/diskRestorePoints";
  if (path.includes("/snapshots/")) return "snapshots";
  return path.includes("/disks/") ? "disks" : undefined;
}
