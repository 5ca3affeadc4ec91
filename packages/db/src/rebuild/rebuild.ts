/** Fills an empty catalog with what the manifests of a vault say. Each function can be repeated. */
import { type Actor, deadlineMet, type PolicyDocument, tagIndex, type VmFacts } from "@kluis/domain";
import { toJson } from "../json.ts";
import { createPoint, type NewPoint, previousPointTime } from "../points/work.ts";
import type { Tx } from "../tx.ts";

/** What shows that a catalog is in use, and not being rebuilt. */
export interface CatalogUse {
  readonly jobs: number;
  readonly protections: number;
  /** Points of other vaults. */
  readonly otherPoints: number;
}

export async function readCatalogUse(tx: Tx, vaultId: string): Promise<CatalogUse> {
  const [jobs, protections, otherPoints] = await Promise.all([
    tx.job.count({ where: { vmId: { not: null } } }),
    tx.protection.count(),
    tx.recoveryPoint.count({ where: { vaultId: { not: vaultId } } }),
  ]);
  return { jobs, protections, otherPoints };
}

/** The digest of the manifest that the catalog knows for a point; null when it does not have the point. */
export async function digestOfPoint(tx: Tx, pointId: string): Promise<string | null> {
  const row = await tx.recoveryPoint.findUnique({ where: { id: pointId }, select: { manifestDigest: true } });
  return row?.manifestDigest ?? null;
}

export interface RebuiltVm extends VmFacts {
  readonly id: string;
  readonly configuration: Readonly<Record<string, unknown>>;
  /** When a backup saw it so. */
  readonly seenAt: Date;
}

/**
 * Stores a VM as a backup saw it, with the id that it had. Later facts win; a VM that discovery has found meanwhile keeps its row
 * and facts.
 * @returns the id of its row
 */
export async function upsertRebuiltVm(tx: Tx, vm: RebuiltVm): Promise<string> {
  const { id, seenAt, tags, disks, traits, configuration, ...facts } = vm;
  const { resourceId, azureVmId } = facts;
  const there = await tx.virtualMachine.findFirst({
    where: { OR: [{ id }, { resourceId, azureVmId }] },
    select: { id: true, lastSeenAt: true },
  });
  const data = {
    ...facts,
    tags: toJson(tags),
    tagIndex: tagIndex(tags),
    disks: toJson(disks),
    traits: toJson(traits),
    configuration: toJson(configuration),
    lastSeenAt: seenAt,
  };
  if (there === null) {
    await tx.virtualMachine.create({ data: { id, firstSeenAt: seenAt, ...data }, select: { id: true } });
    return id;
  }
  if (there.lastSeenAt < seenAt)
    await tx.virtualMachine.update({ where: { id: there.id }, data, select: { id: true } });
  return there.id;
}

export interface RebuiltPolicy {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly versionId: string;
  readonly document: PolicyDocument;
  readonly actor: Actor;
  /** When a backup ran by this version. */
  readonly usedAt: Date;
}

/** Stores a version of a policy, and the policy itself. Of two names the one of the later backup stays. */
export async function upsertRebuiltPolicy(tx: Tx, policy: RebuiltPolicy): Promise<void> {
  const { id, name, version, versionId, document, actor, usedAt } = policy;
  const there = await tx.policy.findUnique({ where: { id }, select: { name: true, currentVersion: true } });
  const free = there?.name === name ? name : await freeName(tx, name);
  if (there === null) {
    await tx.policy.create({ data: { id, name: free, currentVersion: version, createdAt: usedAt } });
  } else if (there.currentVersion <= version) {
    await tx.policy.update({ where: { id }, data: { name: free, currentVersion: version } });
  }
  await tx.policyVersion.createMany({
    data: [
      {
        id: versionId,
        policyId: id,
        version,
        document: toJson(document),
        createdAt: usedAt,
        createdBy: toJson(actor),
      },
    ],
    skipDuplicates: true,
  });
}

/** A policy of this name may have been created since: two cannot have one name. */
async function freeName(tx: Tx, name: string): Promise<string> {
  for (let suffix = 1; ; suffix++) {
    const candidate = suffix === 1 ? name : `${name} (${suffix})`;
    const taken = await tx.policy.findUnique({ where: { name: candidate }, select: { id: true } });
    if (taken === null) return candidate;
  }
}

/** Adds a point that a manifest describes. The caller holds the lock of vaults, and has seen that it is missing. */
export async function addRebuiltPoint(
  tx: Tx,
  point: Omit<NewPoint, "gapSeconds" | "deadlineMet">,
): Promise<void> {
  const { takenAt, createdAt, deadlineAt } = point;
  const previous = await previousPointTime(tx, point.vmId, takenAt);
  const gapSeconds = previous === null ? null : Math.round((takenAt.getTime() - previous.getTime()) / 1000);
  await createPoint(tx, { ...point, gapSeconds, deadlineMet: deadlineMet(deadlineAt, createdAt) });
}
