/** Where the content of a new disk comes from, and what a disk inherits from its source. */
import { type AccessTarget, findTarget } from "../../blob/target.ts";
import { FOOTER_SIZE } from "../../disks/vhd.ts";
import { type InheritedFacts, inheritedFrom } from "../../state/disk-facts.ts";
import type { Disk, State } from "../../state/model.ts";
import { GIB, MIB } from "../../units.ts";
import type { World } from "../../world.ts";
import { invalidValue, missingParameter } from "../body.ts";
import { ArmError, badRequest, invalidParameter, operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { accessState, refuseBeforeCopy } from "../restore-points/disk-point-copy.ts";
import { accessStateOf, copyPercent } from "./background-copy.ts";
import { notAllowed, notFound } from "./disk-errors.ts";
import type { CreationData, DiskPut } from "./disk-request.ts";
import { checkSize } from "./disk-rules.ts";
import { type DiskSkuName, isProvisioned, sizeGbOf } from "./disk-skus.ts";

/** Bounds of `uploadSizeBytes`, footer included (SDK: CreationData.uploadSizeBytes). */
const UPLOAD_MIN = 20_972_032;
const UPLOAD_MAX = 35_183_298_347_520;

export interface Content {
  /** Layer that the disk starts from. */
  parent?: string;
  /** Key of the disk whose present content is copied. */
  copied?: string;
  disk: Pick<Disk, "sizeBytes" | "createOption"> & Partial<Disk>;
}

/** A disk that a body describes. */
export interface Wanted {
  id: string;
  name: string;
  location: string;
  sku: DiskSkuName;
  zones: readonly string[] | undefined;
  body: DiskPut;
}

type Source =
  | "sourceResourceId"
  | "sourceUri"
  | "uploadSizeBytes"
  | "elasticSanResourceId"
  | "imageReference";

/** Members of creationData that name a source, by the option that takes them. */
const sources: Readonly<Record<Disk["createOption"], readonly Source[]>> = {
  Empty: [],
  Attach: [],
  FromImage: ["imageReference"],
  Import: ["sourceUri"],
  ImportSecure: ["sourceUri"],
  Copy: ["sourceResourceId"],
  CopyStart: ["sourceResourceId"],
  Restore: ["sourceResourceId"],
  Upload: ["uploadSizeBytes"],
  UploadPreparedSecure: ["uploadSizeBytes"],
  CopyFromSanSnapshot: ["elasticSanResourceId"],
};
const allSources: readonly Source[] = [...new Set(Object.values(sources).flat())];

/** The content of a new disk, by its createOption. @throws ArmError */
export function contentOf(world: World, wanted: Wanted): Content {
  const data = wanted.body.properties.creationData;
  checkSources(data);
  const { diskSizeGB } = wanted.body.properties;
  switch (data.createOption) {
    case "Empty":
      if (diskSizeGB === undefined) throw missingParameter("disk.diskSizeGB");
      checkSize(wanted.sku, diskSizeGB);
      return { disk: { sizeBytes: diskSizeGB * GIB, createOption: "Empty", ...sectors(wanted.sku, data) } };
    case "Upload":
    case "UploadPreparedSecure":
      return { disk: { ...uploadDisk(data), ...sectors(wanted.sku, data) } };
    case "Copy":
    case "Restore":
      return copyOf(world, wanted);
    case "FromImage":
      throw imageNotFound(data);
    case "Import":
    case "ImportSecure":
    case "CopyFromSanSnapshot":
      throw notFound(data.sourceUri ?? data.elasticSanResourceId ?? "");
    case "Attach":
    case "CopyStart":
      throw invalidValue("disk.creationData.createOption", data.createOption);
  }
}

function checkSources(data: CreationData): void {
  const needed = sources[data.createOption];
  for (const source of needed) {
    const given =
      source === "imageReference" ? (data.imageReference ?? data.galleryImageReference) : data[source];
    if (given === undefined) throw missingParameter(`disk.creationData.${source}`);
  }
  const extra = allSources.find((source) => !needed.includes(source) && data[source] !== undefined);
  if (extra !== undefined) throw notAllowed(`disk.creationData.${extra}`);
  for (const forSnapshots of ["instantAccessDurationMinutes", "provisionedBandwidthCopySpeed"] as const)
    if (data[forSnapshots] !== undefined) throw notAllowed(`disk.creationData.${forSnapshots}`);
}

/** No image exists here, so Azure's answer for an unknown one. */
function imageNotFound({ imageReference, galleryImageReference }: CreationData): ArmError {
  const reference = imageReference ?? galleryImageReference;
  const id = reference?.id ?? reference?.sharedGalleryImageId ?? reference?.communityGalleryImageId ?? "";
  return new ArmError(
    { status: 404, code: "PlatformImageNotFound" },
    `The platform image '${id}' is not available. Verify that all fields in the storage profile are correct.`,
    { target: "imageReference" },
  );
}

/** New disks of provisioned SKUs have sectors of 4,096 bytes unless the body says 512. */
function sectors(sku: DiskSkuName, { logicalSectorSize }: CreationData): Pick<Disk, "logicalSectorSize"> {
  if (logicalSectorSize !== undefined && !isProvisioned(sku))
    throw notAllowed("disk.creationData.logicalSectorSize");
  return isProvisioned(sku) ? { logicalSectorSize: logicalSectorSize ?? 4096 } : {};
}

function uploadDisk({ uploadSizeBytes, createOption }: CreationData): Content["disk"] {
  if (
    uploadSizeBytes === undefined ||
    !Number.isSafeInteger(uploadSizeBytes) ||
    uploadSizeBytes < UPLOAD_MIN ||
    uploadSizeBytes > UPLOAD_MAX
  ) {
    throw invalidParameter(
      `The value '${uploadSizeBytes}' of parameter 'disk.creationData.uploadSizeBytes' is out of range. The value must be between '${UPLOAD_MIN}' and '${UPLOAD_MAX}', inclusive.`,
    );
  }
  const sizeBytes = uploadSizeBytes - FOOTER_SIZE;
  if (sizeBytes % MIB !== 0)
    throw invalidParameter(
      "The size of the uploaded data (uploadSizeBytes - 512) must be a whole number of MiB.",
    );
  return { sizeBytes, createOption, uploadSizeBytes, upload: "ReadyToUpload" };
}

function copyOf(world: World, wanted: Wanted): Content {
  const { creationData: data, diskSizeGB } = wanted.body.properties;
  const { createOption, sourceResourceId = "" } = data;
  const target = findTarget(world.state, sourceResourceId);
  if (!target || locationOf(world.state, target) !== wanted.location) throw notFound(sourceResourceId);
  if ((createOption === "Restore") !== (target.kind === "diskRestorePoint"))
    throw badRequest("Entity not of expected type.");
  refuseUnready(world, target);
  const { facts, source } = sourceFacts(world.state, target);
  checkSectors(wanted, facts);
  if (target.kind === "disk") refuseOtherZone(wanted, source);
  if (diskSizeGB !== undefined) checkGrowth(wanted.sku, diskSizeGB, target.sizeBytes);
  const sizeBytes = Math.max(target.sizeBytes, (diskSizeGB ?? 0) * GIB);
  const disk = {
    ...facts,
    ...(source.osType ? { osType: source.osType } : {}),
    sizeBytes,
    createOption,
    sourceResourceId: target.id,
    sourceUniqueId: target.uniqueId,
  };
  if (target.kind !== "disk") return { parent: target.layer, disk };
  return { copied: keyOf(target.id), disk };
}

function locationOf(state: State, target: AccessTarget): string {
  const key = keyOf(target.id);
  const [point = ""] = key.split("/diskrestorepoints/");
  return (state.disks[key] ?? state.snapshots[key] ?? state.restorePoints[point])?.location ?? "";
}

interface SourceFacts {
  facts: InheritedFacts;
  source: { osType?: Disk["osType"]; zones?: Disk["zones"]; id: string };
}

function sourceFacts(state: State, target: AccessTarget): SourceFacts {
  const key = keyOf(target.id);
  const [pointKey = ""] = key.split("/diskrestorepoints/");
  const source =
    state.disks[key] ??
    state.snapshots[key] ??
    state.restorePoints[pointKey]?.disks.find(({ id }) => keyOf(id) === key);
  if (!source) throw notFound(target.id);
  return { facts: inheritedFrom(source), source };
}

/** An upload in progress or an unfinished background copy cannot be copied. */
function refuseUnready(world: World, target: AccessTarget): void {
  const disk = world.state.disks[keyOf(target.id)];
  if (disk?.upload !== undefined) throw operationNotAllowed(`Disk '${disk.name}' is being uploaded.`);
  const [pointKey = ""] = keyOf(target.id).split("/diskrestorepoints/");
  const point = world.state.restorePoints[pointKey]?.disks.find(({ id }) => keyOf(id) === keyOf(target.id));
  if (point && accessState(world, point) === "Pending") refuseBeforeCopy(world, point);
  const snapshot = world.state.snapshots[keyOf(target.id)];
  if (!snapshot?.copy || accessStateOf(world, snapshot) !== "Pending") return;
  throw operationNotAllowed(
    `The source snapshot '${snapshot.name}' cannot be used because its background copy has not completed. Current completion percentage: ${copyPercent(world, snapshot.copy)}.`,
  );
}

/** 4,096-byte sectors exist on provisioned SKUs only; a copy keeps the sectors of its source. */
function checkSectors(wanted: Wanted, facts: InheritedFacts): void {
  const asked = wanted.body.properties.creationData.logicalSectorSize;
  const has = facts.logicalSectorSize ?? 512;
  if (asked !== undefined && asked !== has) throw invalidValue("disk.creationData.logicalSectorSize", asked);
  if (has === 4096 && !isProvisioned(wanted.sku))
    throw badRequest(
      `The source has a logical sector size of 4096 bytes, which SKU ${wanted.sku} does not support. Use PremiumV2_LRS or UltraSSD_LRS.`,
    );
}

function refuseOtherZone(wanted: Wanted, source: SourceFacts["source"]): void {
  const [from] = source.zones ?? [];
  const [to] = wanted.zones ?? [];
  if (from !== undefined && to !== undefined && from !== to)
    throw badRequest(
      `The resource '${wanted.name}' in an availability zone cannot be copied from the source '${source.id}' in a different availability zone.`,
    );
}

function checkGrowth(sku: DiskSkuName, wantedGb: number, sourceBytes: number): void {
  checkSize(sku, wantedGb);
  const sourceGb = sizeGbOf(sourceBytes);
  if (wantedGb < sourceGb)
    throw badRequest(
      `The specified disk size ${wantedGb} GB is smaller than the size of the corresponding source: ${sourceGb} GB. This is not allowed. Please choose equal or greater size or do not specify an explicit size.`,
    );
}
