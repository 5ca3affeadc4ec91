/** A disk of a recovery point as a file: raw, VHD or qcow2, or only the data of a raw or VHD file. */
import { createHash } from "node:crypto";
import { getPointDetail, type StoredPoint } from "@kluis/db";
import {
  type AllocationMap,
  encodeVhdFooter,
  flatImage,
  type ImageLayout,
  KluisError,
  packedImage,
  qcow2Image,
  qcow2Revision,
  vhdFooterRevision,
} from "@kluis/domain";
import { type DiskReader, parseNodeRef, type Vault } from "@kluis/vault";
import { type RequestContext, requireSignedIn, type SignedInContext } from "../context.ts";
import { mustMayDownload } from "../guardrails/facts.ts";
import { extentsPerPage } from "../limits.ts";
import { lookupPointFor } from "../lookup.ts";
import { mustBeReadable } from "../points/service.ts";
import { record, type VmEvent } from "../record.ts";
import { diskOf } from "../restores/service.ts";
import { allocationOf } from "./allocation.ts";
import type { ByteRange } from "./http-range.ts";
import type { DiskDownloadInput, DiskExtentsInput, DownloadFormat } from "./inputs.ts";
import { noted, notedReader } from "./noted-reader.ts";
import { readImage } from "./read-image.ts";
import { requireRecordedPoint } from "./recorded-point.ts";
import type { DiskExtentsView } from "./view.ts";

export interface DiskDownload {
  /** Bytes of the whole file. */
  readonly size: number;
  /**
   * Strong entity tag made of the disk's content digest: the same disk in the same format always
   * has the same tag.
   */
  readonly etag: string;
  readonly contentType: string;
  readonly fileName: string;
  /** The disk's content digest, hex. */
  readonly rootDigest: string;
  /** Records the start of a download in the ledger. Call it before the first byte leaves. */
  recordStart(range: ByteRange): Promise<void>;
  /**
   * The bytes of a range, in order, a few MiB at a time; two pieces in memory. Ends early when the
   * signal aborts.
   */
  stream(range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Opens a disk of a recovery point as a file.
 * @throws KluisError NOT_SIGNED_IN, FORBIDDEN, POINT_NOT_FOUND, DISK_NOT_FOUND, DISK_NOT_SUPPORTED,
 * GUARDRAIL, VAULT_*
 */
export async function openDiskDownload(
  request: RequestContext,
  input: DiskDownloadInput,
): Promise<DiskDownload> {
  const ctx = requireSignedIn(request, "restore:files");
  const opened = await openDisk(ctx, input);
  const { point, vm, disk, reader } = opened;
  const { format, holes } = input;
  const layout = await layoutOf(opened, input);
  const facts = { pointId: point.id, disk: disk.key, format, holes, size: layout.size };
  const event: VmEvent = {
    kind: "disk.downloaded",
    actor: ctx.who.actor,
    target: {
      type: "point",
      id: point.id,
      name: `${vm.name} ${point.takenAt} ${disk.key}`,
    },
    vmId: vm.id,
    data: { ...facts, rootDigest: disk.rootDigest, ip: ctx.ip },
  };
  const version = `${format}.${revisions[format]}${holes === "skipped" ? ".packed" : ""}`;
  return {
    size: facts.size,
    etag: `"${point.id}-${disk.key}-${version}-${disk.rootDigest.slice(0, 32)}"`,
    contentType: "application/octet-stream",
    fileName: fileNameOf(vm.name, point.takenAt, input),
    rootDigest: disk.rootDigest,
    recordStart: (range) => recordStart(ctx, event, range),
    stream: (range, signal) => readImage(reader, layout, { range, signal }),
  };
}

/** Part of each entity tag. */
const revisions = { raw: 1, vhd: vhdFooterRevision, qcow2: qcow2Revision } as const satisfies Record<
  DownloadFormat,
  number
>;

/**
 * Returns a page of the ranges of a disk that have data, in whole clusters. Reads the chunk map, and no content.
 * @throws KluisError FORBIDDEN, POINT_NOT_FOUND, DISK_NOT_FOUND, GUARDRAIL, VAULT_*
 */
export async function listDiskExtents(
  ctx: SignedInContext,
  input: DiskExtentsInput,
): Promise<DiskExtentsView> {
  const opened = await openDisk(ctx, input);
  const { diskBytes, rootDigest } = opened.disk;
  const map = await mapOf(opened);
  const extents: [number, number][] = [];
  let next: number | null = null;
  for (const { offset, length } of map.runs(input.from)) {
    if (extents.length === extentsPerPage) {
      next = offset;
      break;
    }
    extents.push([offset, length]);
  }
  return { diskBytes, rootDigest, dataBytes: map.dataBytes, extents, next };
}

interface OpenedDisk {
  readonly point: StoredPoint;
  readonly vm: { readonly id: string; readonly name: string };
  readonly disk: StoredPoint["disks"][number];
  readonly vault: Vault;
  readonly reader: DiskReader;
}

async function openDisk(
  ctx: SignedInContext,
  input: { readonly point: string; readonly disk: string },
): Promise<OpenedDisk> {
  const { point: row, vm } = await lookupPointFor(ctx, "restore:files", input.point);
  mustBeReadable(row);
  await mustMayDownload(ctx, ctx.api.db.prisma);
  const point = await getPointDetail(ctx.api.db.prisma, row.id);
  const disk = diskOf(point, input.disk);
  const vault = await ctx.api.vaults.open(ctx.api.db.prisma, point.vault.id);
  const read = { vaultId: point.vault.id, pointId: point.id };
  await noted(ctx.api, read, requireRecordedPoint(ctx.api, vault, point));
  const plain = vault.openDisk(disk.root === null ? null : parseNodeRef(disk.root), disk.diskBytes);
  const reader = notedReader(ctx.api, read, plain);
  return { point, vm, disk, vault, reader };
}

/** The same point and disk always have the same map. */
function mapOf({ point, disk, vault, reader }: OpenedDisk): Promise<AllocationMap> {
  return allocationOf(vault, reader, `${point.id}/${disk.key}/${disk.root ?? ""}`);
}

async function layoutOf(
  opened: OpenedDisk,
  { format, holes }: Pick<DiskDownloadInput, "format" | "holes">,
): Promise<ImageLayout> {
  const { disk } = opened;
  if (format !== "raw" && disk.diskBytes % 512 !== 0) throw notWholeSectors(disk, format);
  if (format === "qcow2") return qcow2Image(await mapOf(opened));
  const footer = format === "vhd" ? footerOf(opened) : new Uint8Array();
  return holes === "skipped" ? packedImage(await mapOf(opened), footer) : flatImage(disk.diskBytes, footer);
}

async function recordStart(ctx: SignedInContext, event: VmEvent, range: ByteRange): Promise<void> {
  const data = { ...event.data, from: range.start, to: range.end };
  await record(ctx, () => Promise.resolve({ result: null, events: [{ ...event, data }] }));
}

/**
 * Id and time come from the point, so the footer is always the same and a download can resume byte
 * for byte.
 */
function footerOf({ point, disk }: OpenedDisk): Uint8Array {
  const uniqueId = createHash("sha256").update(`${point.id}/${disk.key}`).digest().subarray(0, 16);
  return encodeVhdFooter({ diskBytes: disk.diskBytes, createdAt: new Date(point.takenAt), uniqueId });
}

function notWholeSectors(disk: OpenedDisk["disk"], format: DownloadFormat): KluisError {
  return new KluisError("DISK_NOT_SUPPORTED", {
    reason: "not-whole-sectors",
    message: `The size of disk ${disk.name} is not a multiple of 512 bytes, so it cannot be a ${format.toUpperCase()} file.`,
    action: "Download it in the raw format.",
    params: { disk: disk.key, name: disk.name, diskBytes: disk.diskBytes },
  });
}

const extensions = { raw: "img", vhd: "vhd", qcow2: "qcow2" } as const satisfies Record<
  DownloadFormat,
  string
>;

function fileNameOf(vmName: string, takenAt: string, { disk, format }: DiskDownloadInput): string {
  const safe = vmName.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  const time = takenAt.slice(0, 19).replaceAll(/[-:]/g, "");
  return `${safe}-${disk === "os" ? "os" : `lun${disk}`}-${time}Z.${extensions[format]}`;
}
