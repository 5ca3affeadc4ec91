/** Finds what the points of a vault, and the jobs that are open, need of some packs. */
import type { NodeCursor, SparsePack } from "@kluis/db";
import { batchesOf, findingOf, isDamage, placeKey } from "@kluis/domain";
import {
  formatNodeRef,
  type LiveItem,
  type NodeRef,
  parseNodeRef,
  splitNodeRef,
  type Vault,
} from "@kluis/vault";
import { type AccountParts, accountVault } from "../collect/account.ts";
import type { CompactPort } from "./port.ts";

export interface CompactParts extends AccountParts {
  readonly port: CompactPort;
  readonly vault: AccountParts["vault"] & Pick<Vault, "liveItems" | "compact" | "movedPlaces">;
  readonly deleteObject: (pack: SparsePack) => Promise<void>;
  readonly graceMs: number;
}

export interface Needed {
  readonly items: readonly LiveItem[];
  /** Packs that are older than this may be needed by nodes that cannot be read. */
  readonly keepUntil: Date | null;
  /** False: another run counts at this moment, or a node that was read before cannot be read now. */
  readonly isKnown: boolean;
  /** Nodes that were read. */
  readonly nodes: number;
}

const PAGE = 500;

/**
 * @param packs the ids of the packs, and of those whose moved tables lead to them
 * @param since only nodes that became known since then, and what open jobs hold beyond what is counted; null: all
 */
export async function neededOf(
  parts: CompactParts,
  packs: ReadonlySet<string>,
  since: Date | null,
): Promise<Needed> {
  const { port, signal } = parts;
  const look = new Look(parts, packs);
  // A job that ends after this has its point in the accounts, and one that begins later has one of their points as its base.
  const held = (await Array.fromAsync(port.heldNodes())).map(parseNodeRef);
  await accountVault(parts);
  const { open, keepUntil } = await port.doubt();
  await look.held(held);
  for (let after: NodeCursor | null = null; ; ) {
    signal.throwIfAborted();
    const { nodes, next } = await port.nodes({ since, after, limit: PAGE });
    // Each has a row, also those that are below others.
    for (const node of nodes) await look.below(formatNodeRef(node));
    if (next === null) break;
    after = next;
  }
  return { items: look.items(), keepUntil, isKnown: look.isKnown && open === 0, nodes: look.nodes };
}

class Look {
  isKnown = true;
  nodes = 0;
  private readonly parts: CompactParts;
  private readonly walk: ReturnType<Vault["liveItems"]>;
  private readonly seen = new Set<string>();

  constructor(parts: CompactParts, packs: ReadonlySet<string>) {
    this.parts = parts;
    this.walk = parts.vault.liveItems(packs);
  }

  items(): readonly LiveItem[] {
    return this.walk.items();
  }

  async below(ref: NodeRef): Promise<readonly NodeRef[]> {
    const { port, signal } = this.parts;
    this.nodes++;
    try {
      return await this.walk.below(ref, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDamage(error)) throw error;
      const finding = findingOf(error);
      if (finding !== null) await port.damaged([finding], null);
      this.isKnown = false;
      return [];
    }
  }

  /** A node below a counted one is counted too: the walk stops there. */
  async held(refs: readonly NodeRef[]): Promise<void> {
    let level = refs;
    while (level.length > 0) {
      const children: NodeRef[] = [];
      for (const some of batchesOf(level, PAGE)) {
        const counted = await this.parts.port.countedOf(some.map(splitNodeRef));
        for (const ref of some) {
          const key = placeKey(splitNodeRef(ref));
          if (counted.has(key) || this.seen.has(key)) continue;
          this.seen.add(key);
          children.push(...(await this.below(ref)));
        }
      }
      level = children;
    }
  }
}
