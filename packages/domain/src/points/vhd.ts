/**
 * The 512-byte footer that follows the raw disk image in a fixed VHD.
 * Source: Microsoft, "Virtual Hard Disk Image Format Specification" 1.0 (hard disk footer format; appendix: CHS calculation).
 * All numbers are big-endian.
 */
export const vhdFooterBytes = 512;

export interface VhdFooter {
  /** Size of the disk in bytes, without the footer. */
  readonly diskBytes: number;
  /** Stored in whole seconds since 2000-01-01T00:00:00Z. */
  readonly createdAt: Date;
  /** 16 bytes that identify the image. One image must always get the same id, so that a download can resume. */
  readonly uniqueId: Uint8Array;
}

/**
 * Who created the image, and with which version. Virtual PC derived the size of a disk from its geometry, which rounds down, so
 * readers choose by the creator: qemu before version 10 trusts the stored size only of the creators that it knows, and ignores
 * the end of the disk otherwise. Hyper-V's name and version are in all such lists, and Hyper-V and Azure accept any creator.
 * Azure itself writes `wa\0\0`, which older readers do not know.
 */
const creator = { app: "win ", version: 0x000a_0000 } as const;
/** Changes when the same image gets other footer bytes, so that no download resumes with a part of each. */
export const vhdFooterRevision = 2;

const epoch2000 = Date.UTC(2000, 0, 1);
const checksumAt = 64;

/** @throws RangeError unless the size is a safe integer of whole sectors and the id has 16 bytes */
export function encodeVhdFooter(footer: VhdFooter): Uint8Array {
  const { diskBytes, uniqueId } = footer;
  if (!Number.isSafeInteger(diskBytes) || diskBytes < 0 || diskBytes % 512 !== 0) {
    throw new RangeError("The size of a VHD must be a whole number of 512-byte sectors.");
  }
  if (uniqueId.length !== 16) throw new RangeError("The unique id of a VHD must have 16 bytes.");
  const bytes = new Uint8Array(vhdFooterBytes);
  const view = new DataView(bytes.buffer);
  putText(bytes, 0, "conectix");
  view.setUint32(8, 2); // features: the reserved bit that is always set
  view.setUint32(12, 0x0001_0000); // format version 1.0
  view.setBigUint64(16, 0xffff_ffff_ffff_ffffn); // data offset: none in a fixed disk
  view.setUint32(24, Math.max(0, Math.floor((footer.createdAt.getTime() - epoch2000) / 1000)));
  putText(bytes, 28, creator.app);
  view.setUint32(32, creator.version);
  putText(bytes, 36, "Wi2k");
  view.setBigUint64(40, BigInt(diskBytes));
  view.setBigUint64(48, BigInt(diskBytes));
  const { cylinders, heads, sectorsPerTrack } = chsGeometry(diskBytes);
  view.setUint16(56, cylinders);
  view.setUint8(58, heads);
  view.setUint8(59, sectorsPerTrack);
  view.setUint32(60, 2); // fixed
  bytes.set(uniqueId, 68);
  view.setUint32(checksumAt, footerChecksum(bytes));
  return bytes;
}

/** Parses a footer; null unless the bytes are an intact footer of a fixed VHD. */
export function decodeVhdFooter(bytes: Uint8Array): VhdFooter | null {
  if (bytes.length !== vhdFooterBytes) return null;
  if (new TextDecoder("latin1").decode(bytes.subarray(0, 8)) !== "conectix") return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(checksumAt) !== footerChecksum(bytes) || view.getUint32(60) !== 2) return null;
  const size = view.getBigUint64(48);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return {
    diskBytes: Number(size),
    createdAt: new Date(epoch2000 + view.getUint32(24) * 1000),
    uniqueId: bytes.slice(68, 84),
  };
}

/** Returns the one's complement of the sum of all bytes; the checksum field counts as zero. */
function footerChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const [index, byte] of bytes.entries()) {
    if (index < checksumAt || index >= checksumAt + 4) sum += byte;
  }
  return ~sum >>> 0;
}

function putText(bytes: Uint8Array, offset: number, text: string): void {
  bytes.set(new TextEncoder().encode(text), offset);
}

interface Chs {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectorsPerTrack: number;
}

/** Returns cylinders, heads and sectors per track after the specification's appendix, capped at the largest geometry. */
function chsGeometry(diskBytes: number): Chs {
  const sectors = Math.min(diskBytes / 512, 65_535 * 16 * 255);
  const withTrack = (sectorsPerTrack: number, heads: number): Chs => ({
    cylinders: Math.floor(Math.floor(sectors / sectorsPerTrack) / heads),
    heads,
    sectorsPerTrack,
  });
  if (sectors >= 65_535 * 16 * 63) return withTrack(255, 16);
  const tracks17 = Math.floor(sectors / 17);
  const heads17 = Math.max(4, Math.ceil(tracks17 / 1024));
  if (heads17 <= 16 && tracks17 < heads17 * 1024) return withTrack(17, heads17);
  if (Math.floor(sectors / 31) < 16 * 1024) return withTrack(31, 16);
  return withTrack(63, 16);
}
