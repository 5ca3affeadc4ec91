/** What a new snapshot is made from: a disk, a snapshot, a snapshot of another region, or nothing. */
import { createHash } from "node:crypto";
import { snapshotFamily } from "../../blob/target.ts";
import { inheritedFrom } from "../../state/disk-facts.ts";
import type { Disk, Snapshot } from "../../state/model.ts";
import { GIB } from "../../units.ts";
import type { World } from "../../world.ts";
import { invalidValue, missingParameter, outOfRange } from "../body.ts";
import { copyRuns } from "../disks/background-copy.ts";
import { notAllowed, notFound } from "../disks/disk-errors.ts";
import type { SnapshotPut } from "../disks/disk-request.ts";
import { isProvisioned } from "../disks/disk-skus.ts";
import { ArmError, badRequest, operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";

/** Minutes of instant access (SDK: CreationData.instantAccessDurationMinutes). */
const INSTANT_ACCESS = { min: 60, max: 300 };

type Facts = Partial<Snapshot> &
  Pick<Snapshot, "sizeBytes" | "sourceResourceId" | "sourceUniqueId" | "familyId">;

export interface SnapshotSource {
  /** The disk that is frozen. */
  disk?: Disk;
  /** The snapshot whose content is taken. */
  snapshot?: Snapshot;
  facts: Facts;
}

interface Wanted {
  body: SnapshotPut;
  subscriptionId: string;
  location: string;
}

/** The source that a body names, after its rules. @throws ArmError */
export function snapshotSource(world: World, wanted: Wanted): SnapshotSource {
  const { creationData } = wanted.body.properties;
  const { createOption, sourceUri, elasticSanResourceId } = creationData;
  if (creationData.provisionedBandwidthCopySpeed !== undefined && createOption !== "CopyStart")
    throw notAllowed("snapshot.creationData.provisionedBandwidthCopySpeed");
  switch (createOption) {
    case "Empty":
      return emptySource(wanted);
    case "Copy":
      return copySource(world, wanted);
    case "CopyStart":
      return copyStartSource(world, wanted);
    case "Import":
    case "CopyFromSanSnapshot":
      throw notFound(sourceUri ?? elasticSanResourceId ?? "");
    case "Attach":
    case "FromImage":
    case "ImportSecure":
    case "Restore":
    case "Upload":
    case "UploadPreparedSecure":
      throw invalidValue("snapshot.creationData.createOption", createOption);
  }
}

function emptySource({ body }: Wanted): SnapshotSource {
  const { diskSizeGB } = body.properties;
  if (diskSizeGB === undefined) throw missingParameter("snapshot.diskSizeGB");
  if (diskSizeGB < 1 || diskSizeGB > 32_767)
    throw outOfRange("snapshot.diskSizeGB", diskSizeGB, { min: 1, max: 32_767 });
  return {
    facts: { sizeBytes: diskSizeGB * GIB, sourceResourceId: "", sourceUniqueId: "", familyId: "" },
  };
}

function sourceIdOf({ body }: Wanted): string {
  const { sourceResourceId, sourceUri } = body.properties.creationData;
  // Older clients name a managed source by its URI.
  const id = sourceResourceId ?? sourceUri;
  if (id === undefined) throw missingParameter("snapshot.creationData.sourceResourceId");
  return id;
}

function copySource(world: World, wanted: Wanted): SnapshotSource {
  const id = sourceIdOf(wanted);
  const disk = world.state.disks[keyOf(id)];
  const snapshot = world.state.snapshots[keyOf(id)];
  const source = disk ?? snapshot;
  if (!source || source.location !== wanted.location) throw notFound(id);
  if (disk) return diskSource(wanted, disk);
  if (!snapshot) throw notFound(id);
  if (wanted.body.properties.incremental === true) throw notExpectedType();
  if (copyRuns(world, snapshot.copy)) throw copyUnfinished(snapshot);
  return { snapshot, facts: { ...factsOf(snapshot), familyId: snapshotFamily(snapshot.uniqueId) } };
}

function diskSource(wanted: Wanted, disk: Disk): SnapshotSource {
  const { incremental = false, creationData } = wanted.body.properties;
  const { instantAccessDurationMinutes: instant } = creationData;
  if (disk.subscriptionId.toLowerCase() !== wanted.subscriptionId.toLowerCase())
    throw badRequest(
      `Snapshot of disk '${disk.id}' must be created in the subscription of the disk, '${disk.subscriptionId}'.`,
    );
  if (disk.upload !== undefined) throw operationNotAllowed(`Disk '${disk.name}' is being uploaded.`);
  if (isProvisioned(disk.sku) && !incremental)
    throw badRequest(`Only incremental snapshots are supported for disks with SKU ${disk.sku}.`);
  if (instant !== undefined) {
    if (!isProvisioned(disk.sku)) throw notAllowed("snapshot.creationData.instantAccessDurationMinutes");
    if (instant < INSTANT_ACCESS.min || instant > INSTANT_ACCESS.max)
      throw outOfRange("snapshot.creationData.instantAccessDurationMinutes", instant, INSTANT_ACCESS);
  }
  return {
    disk,
    facts: {
      ...factsOf(disk),
      familyId: snapshotFamily(disk.uniqueId),
      sourceSku: disk.sku,
      ...(instant === undefined ? {} : { instantAccessDurationMinutes: instant }),
    },
  };
}

/** A copy to another region: incremental snapshots only, one of a disk at a time (docs: disks-copy-incremental-snapshot-across-regions). */
function copyStartSource(world: World, wanted: Wanted): SnapshotSource {
  const id = sourceIdOf(wanted);
  const snapshot = world.state.snapshots[keyOf(id)];
  if (!snapshot) throw world.state.disks[keyOf(id)] ? notExpectedType() : notFound(id);
  if (wanted.body.properties.incremental !== true || !snapshot.incremental)
    throw badRequest("CopyStart creation is supported for incremental snapshots only.");
  if (copyRuns(world, snapshot.copy)) throw copyUnfinished(snapshot);
  const familyId = copiedFamily(snapshot.familyId, wanted.location);
  const running = Object.values(world.state.snapshots).find(
    (other) => other.familyId === familyId && copyRuns(world, other.copy),
  );
  if (running)
    throw operationNotAllowed(
      `Only one snapshot of a disk can be copied at a time. The copy of snapshot '${running.name}' is in progress.`,
    );
  const speed = wanted.body.properties.creationData.provisionedBandwidthCopySpeed;
  return {
    snapshot,
    facts: {
      ...factsOf(snapshot),
      familyId,
      ...(speed === undefined ? {} : { provisionedBandwidthCopySpeed: speed }),
    },
  };
}

function factsOf(source: Disk | Snapshot): Omit<Facts, "familyId"> {
  return {
    ...inheritedFrom(source),
    ...(source.osType ? { osType: source.osType } : {}),
    sizeBytes: source.sizeBytes,
    sourceResourceId: source.id,
    sourceUniqueId: source.uniqueId,
  };
}

/** Copies in one region of one disk's snapshots are a separate family. */
function copiedFamily(familyId: string, location: string): string {
  const hex = createHash("sha256").update(`${familyId}/${location}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

function notExpectedType(): ArmError {
  return new ArmError({ status: 400, code: "InvalidParameter" }, "Entity not of expected type");
}

function copyUnfinished({ name }: Snapshot): ArmError {
  return operationNotAllowed(
    `The source snapshot '${name}' cannot be used because its background copy has not completed.`,
  );
}
