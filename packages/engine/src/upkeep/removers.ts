/** How each kind of resource is removed: one call or poll per try. Each may be killed and run again at any point. */
import {
  type AzureOperation,
  azureOperationSchema,
  deleteEmptyCollection,
  hasDisk,
  hasDiskSnapshot,
  hasRestorePoint,
  isDiskSnapshotId,
  type Poll,
  pollDeleteDisk,
  pollDeleteDiskSnapshot,
  pollDeleteRestorePoint,
  revokeRead,
  revokeWrite,
  startDeleteDisk,
  startDeleteDiskSnapshot,
  startDeleteRestorePoint,
} from "@kluis/azure";
import { findVault, isCollectionUnwanted, loadPoint, locks, type RemovalClaim, withLock } from "@kluis/db";
import type { AzureResourceKind } from "@kluis/domain";
import { z } from "zod";
import type { EngineDeps } from "../deps.ts";

export type RemovalOutcome =
  /** `existed`: Azure had it, so its removal is an event. */
  | { readonly kind: "gone"; readonly existed: boolean }
  | { readonly kind: "running"; readonly operation: AzureOperation; readonly retryAfterMs: number }
  /** It is in use again. */
  | { readonly kind: "needed" }
  /** Another process uses it for a moment. */
  | { readonly kind: "busy" };

type Remover = (deps: EngineDeps, claim: RemovalClaim, signal: AbortSignal) => Promise<RemovalOutcome>;

const gone = { kind: "gone", existed: true } as const;
const neverMade = { kind: "gone", existed: false } as const;

export const removers: Readonly<Record<AzureResourceKind, Remover>> = {
  async grant(deps, { resourceId, jobId }, signal) {
    deps.grants.forget(resourceId);
    deps.writeGrants.forget(resourceId);
    const isRead = resourceId.includes("/diskrestorepoints/") || isDiskSnapshotId(resourceId);
    if (isRead) await revokeRead(deps.azure, resourceId, { signal });
    else await revokeWrite(deps.azure, { diskId: resourceId, jobId }, { signal });
    return gone;
  },

  async "restore-point"(deps, claim, signal) {
    const { resourceId, state } = claim;
    const operation = operationOf(claim, "delete-restore-point");
    if (operation !== null) return after(await pollDeleteRestorePoint(deps.azure, operation, { signal }));
    if (state === "planned" && !(await hasRestorePoint(deps.azure, resourceId, { signal }))) return neverMade;
    return after(await startDeleteRestorePoint(deps.azure, resourceId, { signal }));
  },

  async snapshot(deps, claim, signal) {
    const { resourceId, state } = claim;
    const operation = operationOf(claim, "delete-disk-snapshot");
    if (operation !== null) return after(await pollDeleteDiskSnapshot(deps.azure, operation, { signal }));
    if (state === "planned" && !(await hasDiskSnapshot(deps.azure, resourceId, { signal }))) return neverMade;
    return after(await startDeleteDiskSnapshot(deps.azure, resourceId, { signal }));
  },

  // Azure deletes restore points with their collection, so no job may begin to use it meanwhile.
  async "restore-point-collection"(deps, claim, signal) {
    const held = await withLock(deps.db, locks.collection(claim.resourceId), async (lost) => {
      if (!(await isCollectionUnwanted(deps.db.prisma, claim))) return false;
      return deleteEmptyCollection(deps.azure, claim.resourceId, { signal: AbortSignal.any([signal, lost]) });
    });
    if (held === null) return { kind: "busy" };
    return held.value ? gone : { kind: "needed" };
  },

  // A disk of that name without the job's tag belongs to another owner and is kept.
  async disk(deps, claim, signal) {
    const { resourceId: diskId, jobId, state } = claim;
    deps.writeGrants.forget(diskId);
    if (jobId === null) return neverMade;
    const operation = operationOf(claim, "delete-disk");
    if (operation === null && state === "planned" && !(await hasDisk(deps.azure, diskId, { signal }))) {
      return neverMade;
    }
    const poll =
      operation === null
        ? await startDeleteDisk(deps.azure, { diskId, jobId }, { signal })
        : await pollDeleteDisk(deps.azure, operation, { signal });
    return poll.status === "done" && poll.result === "foreign" ? neverMade : after(poll);
  },

  async manifest(deps, { detail }, signal) {
    const { vaultId, pointId } = manifestDetail.parse(detail);
    // Only a job that made no point leaves a manifest to remove.
    if ((await loadPoint(deps.db.prisma, pointId)) !== null) return { kind: "needed" };
    // A vault without points whose row was removed: its storage is not ours any more.
    if ((await findVault(deps.db.prisma, vaultId)) === null) return neverMade;
    const { vault } = await deps.vaults.open(vaultId);
    await vault.deleteManifest(pointId, signal);
    return gone;
  },
};

/** Which manifest a row of kind `manifest` means. */
const manifestDetail = z.object({ vaultId: z.uuid(), pointId: z.uuid() });

function operationOf({ operation }: RemovalClaim, kind: AzureOperation["kind"]): AzureOperation | null {
  const parsed = azureOperationSchema.safeParse(operation);
  return parsed.success && parsed.data.kind === kind ? parsed.data : null;
}

function after(poll: Poll<unknown>): RemovalOutcome {
  if (poll.status === "done") return gone;
  return { kind: "running", operation: poll.operation, retryAfterMs: poll.retryAfterMs };
}
