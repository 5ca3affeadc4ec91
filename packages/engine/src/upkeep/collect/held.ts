/** The packs that open jobs need: those of their bases and of their finished segments. */
import { placeKey } from "@kluis/domain";
import { formatNodeRef, type NodeRef, parseNodeRef, splitNodeRef, type Vault } from "@kluis/vault";
import type { CollectPort } from "./port.ts";

const AT_ONCE = 500;

export interface HeldParts {
  readonly port: Pick<CollectPort, "heldNodes" | "countedOf">;
  readonly vault: Pick<Vault, "nodeUse">;
  readonly signal: AbortSignal;
}

/**
 * Reads what open jobs name beyond what accounted points do. A node that cannot be read makes this fail: what it needs is unknown,
 * so nothing may be condemned until its job ends.
 */
export async function heldPacks({ port, vault, signal }: HeldParts): Promise<ReadonlySet<string>> {
  const packs = new Set<string>();
  const seen = new Set<string>();
  let portion: NodeRef[] = [];
  const work = async (): Promise<void> => {
    // A node below a counted one is counted too: the walk stops there.
    while (portion.length > 0) {
      const counted = await port.countedOf(portion.map(splitNodeRef));
      const children: NodeRef[] = [];
      for (const ref of portion) {
        signal.throwIfAborted();
        const key = placeKey(splitNodeRef(ref));
        if (counted.has(key) || seen.has(key)) continue;
        seen.add(key);
        const use = await vault.nodeUse(ref, signal);
        for (const named of use.packs) packs.add(named.pack);
        children.push(...use.children.map(formatNodeRef));
      }
      portion = children;
    }
  };
  for await (const text of port.heldNodes()) {
    portion.push(parseNodeRef(text));
    if (portion.length >= AT_ONCE) await work();
  }
  await work();
  return packs;
}
