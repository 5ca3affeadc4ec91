export const VHD_FOOTER_BYTES = 512;
const SECTOR = 512;
/** Seconds between 1970-01-01 and 2000-01-01, where the format's clock begins. */
const epoch2000 = 946_684_800;

interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectorsPerTrack: number;
}

/** Cylinders, heads and sectors as the VHD specification's appendix computes them; Azure goes by the size instead. */
export function vhdGeometry(diskBytes: number): Geometry {
  const total = Math.min(Math.floor(diskBytes / SECTOR), 65_535 * 16 * 255);
  if (total >= 65_535 * 16 * 63) {
    return { cylinders: Math.floor(total / 255 / 16), heads: 16, sectorsPerTrack: 255 };
  }
  let sectorsPerTrack = 17;
  let perTrack = Math.floor(total / sectorsPerTrack);
  let heads = Math.max(4, Math.floor((perTrack + 1023) / 1024));
  if (perTrack >= heads * 1024 || heads > 16) {
    sectorsPerTrack = 31;
    heads = 16;
    perTrack = Math.floor(total / sectorsPerTrack);
  }
  if (perTrack >= heads * 1024) {
    sectorsPerTrack = 63;
    heads = 16;
    perTrack = Math.floor(total / sectorsPerTrack);
  }
  return { cylinders: Math.floor(perTrack / heads), heads, sectorsPerTrack };
}

/**
 * The 512-byte footer of a fixed VHD (Virtual Hard Disk Image Format Specification 1.0). The same arguments give the same
 * bytes, so that a repeated restore writes the same footer.
 *
 * @param diskBytes size of the data, without the footer
 * @param uniqueId uuid of the image
 */
export function vhdFooter(diskBytes: number, uniqueId: string, createdAtMs = epoch2000 * 1000): Buffer {
  const { cylinders, heads, sectorsPerTrack } = vhdGeometry(diskBytes);
  const footer = Buffer.alloc(VHD_FOOTER_BYTES);
  footer.write("conectix", 0, "latin1");
  footer.writeUInt32BE(2, 8);
  footer.writeUInt32BE(0x0001_0000, 12);
  footer.writeBigUInt64BE(0xffff_ffff_ffff_ffffn, 16);
  footer.writeUInt32BE(Math.max(0, Math.floor(createdAtMs / 1000) - epoch2000), 24);
  footer.write("klus", 28, "latin1");
  footer.writeUInt32BE(0x0001_0000, 32);
  footer.write("Wi2k", 36, "latin1");
  footer.writeBigUInt64BE(BigInt(diskBytes), 40);
  footer.writeBigUInt64BE(BigInt(diskBytes), 48);
  footer.writeUInt16BE(cylinders, 56);
  footer.writeUInt8(heads, 58);
  footer.writeUInt8(sectorsPerTrack, 59);
  footer.writeUInt32BE(2, 60);
  Buffer.from(uniqueId.replaceAll("-", ""), "hex").copy(footer, 68, 0, 16);
  const sum = footer.reduce((total, byte) => total + byte, 0);
  footer.writeUInt32BE(~sum >>> 0, 64);
  return footer;
}
