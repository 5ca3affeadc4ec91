/** A disk of a recovery point as a file, raw or VHD. */
import { createHash } from "node:crypto";
import { getPointDetail, type StoredPoint } from "@kluis/db";
import { encodeVhdFooter, KluisError, vhdFooterRevision } from "@kluis/domain";
import { type DiskReader, parseNodeRef } from "@kluis/vault";
import { type RequestContext, requireSignedIn, type SignedInContext } from "../context.ts";
import { downloadPieceBytes } from "../limits.ts";
import { lookupPointFor } from "../lookup.ts";
import { mustBeReadable } from "../points/service.ts";
import { record, type VmEvent } from "../record.ts";
import { diskOf } from "../restores/service.ts";
import type { ByteRange } from "./http-range.ts";
import type { DiskDownloadInput } from "./inputs.ts";

export interface DiskDownload {
  /** Bytes of the whole file: the disk, and for VHD its footer. */
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
 * VAULT_*
 */
export async function openDiskDownload(
  request: RequestContext,
  input: DiskDownloadInput,
): Promise<DiskDownload> {
  const ctx = requireSignedIn(request, "restore:files");
  const { point: row, vm } = await lookupPointFor(ctx, "restore:files", input.point);
  mustBeReadable(row);
  const point = await getPointDetail(ctx.api.db.prisma, row.id);
  const disk = diskOf(point, input.disk);
  const vault = await ctx.api.vaults.open(ctx.api.db.prisma, point.vault.id);
  const reader = vault.openDisk(disk.root === null ? null : parseNodeRef(disk.root), disk.diskBytes);
  const footer = input.format === "vhd" ? footerOf(point, disk) : new Uint8Array();
  const { format } = input;
  const layout = format === "vhd" ? `vhd.${vhdFooterRevision}` : format;
  const facts = { pointId: point.id, disk: disk.key, format, size: disk.diskBytes + footer.length };
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
  return {
    size: facts.size,
    etag: `"${point.id}-${disk.key}-${layout}-${disk.rootDigest.slice(0, 32)}"`,
    contentType: "application/octet-stream",
    fileName: fileNameOf(vm.name, point.takenAt, input),
    rootDigest: disk.rootDigest,
    recordStart: (range) => recordStart(ctx, event, range),
    stream: (range, signal) => readFile(reader, footer, { range, signal }),
  };
}

async function recordStart(ctx: SignedInContext, event: VmEvent, range: ByteRange): Promise<void> {
  const data = { ...event.data, from: range.start, to: range.end };
  await record(ctx, () => Promise.resolve({ result: null, events: [{ ...event, data }] }));
}

/**
 * Id and time come from the point, so the footer is always the same and a download can resume byte
 * for byte.
 */
function footerOf(point: StoredPoint, disk: StoredPoint["disks"][number]): Uint8Array {
  if (disk.diskBytes % 512 !== 0) {
    throw new KluisError("DISK_NOT_SUPPORTED", {
      reason: "not-whole-sectors",
      message: `The size of disk ${disk.name} is not a multiple of 512 bytes, so it cannot be a VHD.`,
      action: "Download it in the raw format.",
      params: { disk: disk.key, name: disk.name, diskBytes: disk.diskBytes },
    });
  }
  const uniqueId = createHash("sha256").update(`${point.id}/${disk.key}`).digest().subarray(0, 16);
  return encodeVhdFooter({ diskBytes: disk.diskBytes, createdAt: new Date(point.takenAt), uniqueId });
}

function fileNameOf(vmName: string, takenAt: string, { disk, format }: DiskDownloadInput): string {
  const safe = vmName.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  const time = takenAt.slice(0, 19).replaceAll(/[-:]/g, "");
  return `${safe}-${disk === "os" ? "os" : `lun${disk}`}-${time}Z.${format === "vhd" ? "vhd" : "img"}`;
}

interface Reading {
  readonly range: ByteRange;
  readonly signal: AbortSignal;
}

/**
 * Yields the disk's bytes of a range, then the footer's. The next piece is read while the last one
 * is sent.
 */
async function* readFile(
  disk: DiskReader,
  footer: Uint8Array,
  { range, signal }: Reading,
): AsyncGenerator<Uint8Array, void, undefined> {
  const end = Math.min(range.end + 1, disk.size);
  // When the stream ends or fails, the piece that is being read must stop too, without an unhandled
  // rejection.
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
