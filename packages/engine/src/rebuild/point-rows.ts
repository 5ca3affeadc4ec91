/** The rows that a manifest describes. Pure. */
import type { NewPoint, RebuiltPolicy, RebuiltVm } from "@kluis/db";
import { type Actor, actorSchema, KluisError, readDiskFacts, type VmDisk } from "@kluis/domain";
import { type Manifest, type ManifestDisk, pointName } from "@kluis/vault";
import { z } from "zod";
import { type CatalogFacts, catalogFactsSchema } from "../jobs/backup/catalog-facts.ts";

export interface PointRows {
  readonly vm: RebuiltVm;
  readonly policy: RebuiltPolicy | null;
  readonly point: Omit<NewPoint, "gapSeconds" | "deadlineMet" | "vmId">;
}

export interface StoredPoint {
  readonly manifest: Manifest;
  readonly digest: string;
}

/** @throws KluisError VAULT_VERSION_UNSUPPORTED for a manifest without the facts of a catalog: no engine wrote it */
export function pointRows(
  { manifest, digest }: StoredPoint,
  vault: { readonly id: string; readonly keyId: string },
): PointRows {
  const catalog = catalogOf(manifest);
  const actor = actorSchema.parse(manifest.actor);
  const { policy } = manifest;
  return {
    vm: vmOf(manifest, catalog),
    policy:
      policy === null || catalog.policy === null
        ? null
        : { ...policy, ...catalog.policy, actor, usedAt: new Date(manifest.times.takenAt) },
    point: pointOf({ manifest, digest }, { catalog, actor, vault }),
  };
}

function catalogOf({ catalog, pointId }: Manifest): CatalogFacts {
  const parsed = catalogFactsSchema.safeParse(catalog);
  if (parsed.success) return parsed.data;
  throw new KluisError("VAULT_VERSION_UNSUPPORTED", {
    reason: "manifest",
    message: `The manifest points/${pointId} has no facts for a catalog.`,
    action: "It was not written by an engine. Restore it with kluis vault restore.",
    params: { object: pointName(pointId), version: 1, supportedVersion: 1 },
    cause: parsed.error,
  });
}

/** Subscription and resource group of a VM's Azure id, in lower case. */
function placeOf(resourceId: string): { readonly subscriptionId: string; readonly resourceGroup: string } {
  const match = /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\//.exec(resourceId.toLowerCase());
  return { subscriptionId: match?.[1] ?? "", resourceGroup: match?.[2] ?? "" };
}

function vmOf({ vm, disks, times }: Manifest, { vmId, size, traits }: CatalogFacts): RebuiltVm {
  return {
    id: vmId,
    resourceId: vm.resourceId.toLowerCase(),
    azureVmId: vm.vmId ?? "",
    name: vm.name,
    ...placeOf(vm.resourceId),
    location: vm.location,
    osType: vm.os,
    size,
    powerState: "unknown",
    agentState: "unknown",
    tags: vm.tags,
    disks: disks.map(vmDiskOf),
    traits,
    configuration: withoutUserData(vm.configuration),
    seenAt: new Date(times.takenAt),
  };
}

function vmDiskOf({ key, name, resourceId, uniqueId, diskBytes, sku, configuration }: ManifestDisk): VmDisk {
  const facts = readDiskFacts(configuration);
  return {
    key,
    name,
    resourceId,
    uniqueId,
    bytes: diskBytes,
    sku,
    unsupported: null,
    storage: "managed",
    facts,
  };
}

/** User data may hold secrets: only the sealed manifest keeps it. */
function withoutUserData(configuration: Manifest["vm"]["configuration"]): Readonly<Record<string, unknown>> {
  const properties = z.record(z.string(), z.json()).safeParse(configuration["properties"]);
  if (!properties.success) return configuration;
  const { userData: _secret, ...kept } = properties.data;
  return { ...configuration, properties: kept };
}

function pointOf(
  { manifest, digest }: StoredPoint,
  given: {
    readonly catalog: CatalogFacts;
    readonly actor: Actor;
    readonly vault: { readonly id: string; readonly keyId: string };
  },
): PointRows["point"] {
  const { catalog, actor, vault } = given;
  const { times, consistency, occurrenceDueAt } = manifest;
  return {
    id: manifest.pointId,
    vaultId: vault.id,
    jobId: manifest.jobId,
    policyVersionId: catalog.policy?.versionId ?? null,
    trigger: manifest.trigger,
    actor,
    vmFacts: vmFactsOf(manifest, catalog),
    occurrenceDueAt: occurrenceDueAt === null ? null : new Date(occurrenceDueAt),
    takenAt: new Date(times.takenAt),
    snapshotStartedAt: new Date(times.snapshotStartedAt),
    snapshotEndedAt: new Date(times.snapshotEndedAt),
    // What the engine did in Azure after the manifest was written is not in the vault.
    snapshotRemovedAt: null,
    instantRestoreUntil: null,
    transferStartedAt: new Date(times.transferStartedAt),
    transferEndedAt: new Date(times.transferEndedAt),
    createdAt: new Date(times.transferEndedAt),
    consistencyWanted: consistency.wanted,
    consistencyReached: consistency.reached,
    consistencyReason: consistency.reason,
    consistencyNotice: catalog.consistencyNotice,
    azureConsistency: catalog.azureConsistency,
    capturedBy: catalog.capturedBy,
    capturedNotice: catalog.capturedNotice,
    deadlineAt: catalog.deadlineAt === null ? null : new Date(catalog.deadlineAt),
    retries: 0,
    chunksNew: catalog.chunksNew,
    chunksReused: catalog.chunksReused,
    manifestDigest: digest,
    keyId: vault.keyId,
    disks: manifest.disks.map((disk) => pointDiskOf(disk, catalog)),
  };
}

function vmFactsOf({ vm }: Manifest, { size, traits }: CatalogFacts): NewPoint["vmFacts"] {
  const { resourceId, vmId: azureVmId, name, location, os: osType, tags } = vm;
  return { resourceId, azureVmId, name, ...placeOf(resourceId), location, osType, tags, size, traits };
}

function pointDiskOf(disk: ManifestDisk, { disks }: CatalogFacts): NewPoint["disks"][number] {
  const { readBytes, changedBytes, movedBytes, storedBytes } = disk.stats;
  const kept = disks.find(({ key }) => key === disk.key);
  return {
    diskKey: disk.key,
    name: disk.name,
    resourceId: disk.resourceId,
    diskUniqueId: disk.uniqueId,
    sku: disk.sku,
    diskBytes: disk.diskBytes,
    root: disk.root,
    rootDigest: disk.rootDigest,
    deltaMethod: disk.delta,
    deltaReason: disk.deltaReason,
    deltaNotice: kept?.deltaNotice ?? null,
    facts: readDiskFacts(disk.configuration),
    allocatedBytes: kept?.allocatedBytes ?? 0,
    readBytes,
    changedBytes,
    movedBytes,
    storedBytes,
  };
}
