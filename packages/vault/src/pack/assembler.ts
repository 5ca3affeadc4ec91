/** Builds packs in memory. */
import type { VaultKeys } from "../keys/derive.ts";
import {
  checkSealed,
  type ItemKind,
  itemContext,
  itemNonce,
  type Packed,
  packKindOfItem,
  seal,
} from "../seal.ts";
import type { ChunkPlace } from "../types.ts";
import type { PackKind, PackRef } from "./kind.ts";
import { openTable, PACK_HEAD, type PackItem, sealTable } from "./table.ts";

/** A pack ready to store. The object is the joined `parts`. */
export interface FinishedPack extends PackRef {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  readonly items: readonly PackItem[];
}

/** Builds one pack: seals items at their final offset, then the table. Opens all it seals. Pure, except for the random id. */
export class PackAssembler {
  readonly pack: string;
  readonly kind: PackKind;
  private readonly packId: Buffer;
  private readonly key: Buffer;
  private readonly parts: Uint8Array[] = [PACK_HEAD];
  private readonly items: PackItem[] = [];
  private offset = PACK_HEAD.length;

  constructor(keys: VaultKeys, kind: PackKind) {
    this.kind = kind;
    this.packId = keys.newPackId();
    this.pack = this.packId.toString("hex");
    this.key = keys.packKey(this.packId, kind);
  }

  get bytes(): number {
    return this.offset;
  }

  get count(): number {
    return this.items.length;
  }

  add(kind: ItemKind, id: Buffer, item: Packed): ChunkPlace {
    if (packKindOfItem(kind) !== this.kind) throw new RangeError("An item in a pack of the wrong kind.");
    const offset = this.offset;
    const context = { key: this.key, nonce: itemNonce(offset), context: itemContext(kind, id) };
    const sealed = seal(item, context);
    checkSealed(sealed, item, context);
    let length = 0;
    for (const part of sealed) length += part.length;
    this.parts.push(...sealed);
    this.items.push({ kind, id: id.toString("hex"), offset, length, plainLength: item.plainLength });
    this.offset += length;
    return { pack: this.pack, offset, length };
  }

  /** Closes the pack and checks that its table reads back as written. */
  finish(): FinishedPack {
    const pack = { id: this.packId, kind: this.kind, key: this.key };
    const tail = sealTable(this.items, pack);
    const bytes = this.offset + tail.length;
    const readBack = openTable(tail, { ...pack, bytes });
    const same = readBack.every((item, n) => {
      const written = this.items[n];
      return written?.id === item.id && written.offset === item.offset && written.length === item.length;
    });
    if (!same || readBack.length !== this.items.length)
      throw new RangeError("A pack's table did not read back.");
    return { pack: this.pack, kind: this.kind, parts: [...this.parts, tail], bytes, items: this.items };
  }
}
