/**
 * The 512-byte footer of a fixed VHD (Microsoft Virtual Hard Disk Image Format Specification 1.0).
 * Azure appends it to every exported disk and requires it at the end of every upload.
 */
export const FOOTER_SIZE = 512;
const SECONDS_TO_2000 = 946_684_800;

/** Makes a footer for `size` data bytes. `unique` is a UUID; `timeMs` is the time of creation. */
export function makeFooter(size: number, unique: string, timeMs: number): Buffer {
  const footer = Buffer.alloc(FOOTER_SIZE);
  footer.write("conectix", 0, "latin1");
  footer.writeUInt32BE(2, 8);
  footer.writeUInt32BE(0x0001_0000, 12);
  footer.writeBigUInt64BE(0xffff_ffff_ffff_ffffn, 16);
  footer.writeUInt32BE(Math.max(0, Math.floor(timeMs / 1000) - SECONDS_TO_2000), 24);
  footer.write("win ", 28, "latin1");
  footer.writeUInt32BE(0x000a_0000, 32);
  footer.write("Wi2k", 36, "latin1");
  footer.writeBigUInt64BE(BigInt(size), 40);
  footer.writeBigUInt64BE(BigInt(size), 48);
  const { cylinders, heads, sectors } = geometry(size);
  footer.writeUInt16BE(cylinders, 56);
  footer.writeUInt8(heads, 58);
  footer.writeUInt8(sectors, 59);
  footer.writeUInt32BE(2, 60);
  Buffer.from(unique.replaceAll("-", ""), "hex").copy(footer, 68, 0, 16);
  footer.writeUInt32BE(checksum(footer), 64);
  return footer;
}

/** Why 512 bytes are not the footer of a fixed VHD of `size` bytes; undefined when they are. */
export function footerProblem(footer: Buffer, size: number): string | undefined {
  if (!hasCookie(footer))
    return "The specified cookie value in VHD footer indicates that disk is not a supported VHD. Disk is expected to have cookie value 'conectix'.";
  if (footer.readUInt32BE(64) !== checksum(footer)) return "The checksum of the VHD footer is wrong.";
  if (footer.readUInt32BE(60) !== 2) return "Only fixed VHDs (disk type 2) are supported.";
  if (footer.readBigUInt64BE(48) !== BigInt(size))
    return `The VHD footer gives a size of ${footer.readBigUInt64BE(48)} bytes, but the disk has ${size}.`;
  return undefined;
}

/** Whether the bytes look like a footer, valid or not. */
export function hasCookie(footer: Buffer): boolean {
  return footer.length === FOOTER_SIZE && footer.toString("latin1", 0, 8) === "conectix";
}

/** One's complement of the sum of all bytes except the checksum field. */
function checksum(footer: Buffer): number {
  let sum = 0;
  for (let index = 0; index < FOOTER_SIZE; index++) if (index < 64 || index >= 68) sum += footer[index] ?? 0;
  return ~sum >>> 0;
}

/** CHS geometry by the algorithm in the specification's appendix. */
function geometry(size: number): { cylinders: number; heads: number; sectors: number } {
  const total = Math.min(Math.floor(size / 512), 65_535 * 16 * 255);
  if (total >= 65_535 * 16 * 63) return { cylinders: Math.floor(total / 255 / 16), heads: 16, sectors: 255 };
  let sectors = 17;
  let tracks = Math.floor(total / sectors);
  let heads = Math.max(4, Math.ceil(tracks / 1024));
  if (tracks >= heads * 1024 || heads > 16) {
    sectors = 31;
    heads = 16;
    tracks = Math.floor(total / sectors);
  }
  if (tracks >= heads * 1024) {
    sectors = 63;
    heads = 16;
    tracks = Math.floor(total / sectors);
  }
  return { cylinders: Math.floor(tracks / heads), heads, sectors };
}
