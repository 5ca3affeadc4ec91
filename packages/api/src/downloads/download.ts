import { createHash } from "node:crypto";
import { getPointDetail, type PointDetail } from "@kluis/db";
import { type DiskKey, encodeVhdFooter, KluisError } from "@kluis/domain";
import { type DiskReader, parseNodeRef } from "@kluis/vault";
import { type RequestContext, requireSignedIn, type SignedInContext } from "../context.ts";
import { downloadPieceBytes } from "../limits.ts";
import { lookupPointFor } from "../lookup.ts";
import { mustBeReadable } from "../points/service.ts";
import { record, type VmEvent } from "../record.ts";
import { diskNotFound } from "../restores/service.ts";
import type { ByteRange } from "./http-range.ts";

export const downloadFormats = ["raw", "vhd"] as const;
export type DownloadFormat = (typeof downloadFormats)[number];

export interface DiskDownload {
  /** Bytes of the whole file: the disk, and for VHD its footer. */
  readonly size: number;
  /** Strong: made of the digest of the disk's content, so the same disk in the same format always has the same one. */
  readonly etag: string;
  readonly contentType: string;
  readonly fileName: string;
  /** The disk's content digest, hex. */
  readonly rootDigest: string;
  /** Writes the start of a download into the ledger. Call it before the first byte leaves. */
  recordStart(range: ByteRange): Promise<void>;
  /** The bytes of a range, in order, a few MiB at a time; two pieces in memory. Ends early when the signal aborts. */
  stream(range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Opens a disk of a recovery point as a file.
 * @throws KluisError NOT_SIGNED_IN, FORBIDDEN, POINT_NOT_FOUND, DISK_NOT_FOUND, VAULT_*
 */
export async function openDiskDownload(
  request: RequestContext,
  what: { readonly point: string; readonly disk: DiskKey; readonly format: DownloadFormat },
): Promise<DiskDownload> {
  const ctx = requireSignedIn(request, "restore:files");
  const { point, vm } = await lookupPointFor(ctx, "restore:files", what.point);
  mustBeReadable(point);
  const detail = await getPointDetail(ctx.api.db.prisma, point.id);
  const disk = detail.disks.find((one) => one.diskKey === what.disk);
  if (disk === undefined) throw diskNotFound(point, what.disk, detail);
  const vault = await ctx.api.vault.open();
  const reader = vault.openDisk(disk.root === null ? null : parseNodeRef(disk.root), disk.diskBytes);
  const footer =
    what.format === "vhd" ? footerOf(disk, { pointId: point.id, takenAt: point.takenAt }) : new Uint8Array();
  const facts = {
    pointId: point.id,
    disk: what.disk,
    format: what.format,
    size: disk.diskBytes + footer.length,
  };
  const event: VmEvent = {
    kind: "disk.downloaded",
    actor: ctx.who.actor,
    target: {
      type: "recovery-point",
      id: point.id,
      name: `${vm.name} ${point.takenAt.toISOString()} ${what.disk}`,
    },
    vmId: vm.id,
    data: { ...facts, rootDigest: disk.rootDigest, ip: ctx.ip },
  };
  return {
    size: facts.size,
    etag: `"${point.id}-${what.disk}-${what.format}-${disk.rootDigest.slice(0, 32)}"`,
    contentType: "application/octet-stream",
    fileName: fileNameOf(vm.name, point.takenAt, what),
    rootDigest: disk.rootDigest,
    recordStart: (range) => recordStart(ctx, event, range),
    stream: (range, signal) => readFile(reader, footer, { range, signal }),
  };
}

async function recordStart(ctx: SignedInContext, event: VmEvent, range: ByteRange): Promise<void> {
  const data = { ...event.data, from: range.start, to: range.end };
  await record(ctx, () => Promise.resolve({ result: null, events: [{ ...event, data }] }));
}

/** Same disk, same footer: id and time come from the point, so that a download can resume byte for byte. */
function footerOf(
  disk: PointDetail["disks"][number],
  point: { readonly pointId: string; readonly takenAt: Date },
): Uint8Array {
  if (disk.diskBytes % 512 !== 0) {
    throw new KluisError("DISK_NOT_SUPPORTED", {
      message: `The disk ${disk.name} is not a whole number of 512-byte sectors and cannot be a VHD.`,
      action: "Download it in the raw format.",
      params: { disk: disk.diskKey },
    });
  }
  const uniqueId = createHash("sha256").update(`${point.pointId}/${disk.diskKey}`).digest().subarray(0, 16);
  return encodeVhdFooter({ diskBytes: disk.diskBytes, createdAt: point.takenAt, uniqueId });
}

function fileNameOf(
  vmName: string,
  takenAt: Date,
  what: { readonly disk: DiskKey; readonly format: DownloadFormat },
): string {
  const safe = vmName.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  const time = takenAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  const disk = what.disk === "os" ? "os" : `lun${what.disk}`;
  return `${safe}-${disk}-${time}Z.${what.format === "vhd" ? "vhd" : "img"}`;
}

interface Reading {
  readonly range: ByteRange;
  readonly signal: AbortSignal;
}

/** The disk's bytes of a range, then the footer's; the next piece is read while the last one is sent. */
async function* readFile(
  disk: DiskReader,
  footer: Uint8Array,
  { range, signal }: Reading,
): AsyncGenerator<Uint8Array, void, undefined> {
  const end = Math.min(range.end + 1, disk.size);
  // A failure or an end while a piece is under way must stop that read too, and leave no rejection behind.
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const read = (offset: number): Promise<Uint8Array> | null => {
    if (offset >= end) return null;
    const piece = disk.read(offset, Math.min(downloadPieceBytes, end - offset), both);
    piece.catch(() => undefined);
    return piece;
  };
  try {
    let offset = range.start;
    let next = read(offset);
    while (next !== null) {
      const piece = await next;
      offset += piece.length;
      next = read(offset);
      yield piece;
    }
  } finally {
    stop.abort();
  }
  if (range.end < disk.size) return;
  yield footer.subarray(Math.max(0, range.start - disk.size), range.end + 1 - disk.size);
}
