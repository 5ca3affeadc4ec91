/** Builds packs in memory. */
import { randomBytes } from "node:crypto";
import { PACK_ID_BYTES } from "../constants.ts";
import type { VaultKeys } from "../keys/derive.ts";
import { type ItemKind, itemContext, itemNonce, type Packed, seal } from "../seal.ts";
import type { ChunkPlace } from "../types.ts";
import { openTable, PACK_HEAD, type PackItem, sealTable } from "./table.ts";

/** A pack ready to store. The object is the joined `parts`. */
export interface FinishedPack {
  readonly pack: string;
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  readonly items: readonly PackItem[];
}

/** Builds one pack: seals items at their final offset, then the table. Pure, except for the random id. */
export class PackAssembler {
  readonly pack: string;
  private readonly packId = randomBytes(PACK_ID_BYTES);
  private readonly key: Buffer;
  private readonly parts: Uint8Array[] = [PACK_HEAD];
  private readonly items: PackItem[] = [];
  private offset = PACK_HEAD.length;

  constructor(keys: VaultKeys) {
    this.pack = this.packId.toString("hex");
    this.key = keys.packKey(this.packId);
  }

  get bytes(): number {
    return this.offset;
  }

  add(kind: ItemKind, id: Buffer, item: Packed): ChunkPlace {
    const offset = this.offset;
    const sealed = seal(item, { key: this.key, nonce: itemNonce(offset), context: itemContext(kind, id) });
    let length = 0;
    for (const part of sealed) length += part.length;
    this.parts.push(...sealed);
    this.items.push({ kind, id: id.toString("hex"), offset, length, plainLength: item.plainLength });
    this.offset += length;
    return { pack: this.pack, offset, length };
  }

  /** Closes the pack and checks that its table reads back as written. */
  finish(): FinishedPack {
    const tail = sealTable(this.items, this.packId, this.key);
    const bytes = this.offset + tail.length;
    const readBack = openTable(tail, { id: this.packId, key: this.key, bytes });
    const same = readBack.every((item, n) => {
      const written = this.items[n];
      return written?.id === item.id && written.offset === item.offset && written.length === item.length;
    });
    if (!same || readBack.length !== this.items.length)
      throw new RangeError("A pack's table did not read back.");
    return { pack: this.pack, parts: [...this.parts, tail], bytes, items: this.items };
  }
}
