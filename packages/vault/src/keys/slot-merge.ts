/** Joins what several slots of one vault say. The order of joining does not matter. */
import { mergeKeyrings } from "./keyring.ts";
import type { SlotContent } from "./slot.ts";

const MAX_REMOVED = 200;
const MAX_REPLACED = 100;

/** All epochs, and all holders that none of them removed; null for none. */
export function mergeContents(contents: readonly SlotContent[]): SlotContent | null {
  const [first, ...rest] = contents;
  return first === undefined ? null : rest.reduce(mergeTwo, first);
}

function mergeTwo(a: SlotContent, b: SlotContent): SlotContent {
  const removed = [...new Set([...a.removed, ...b.removed])];
  const holders = new Map([...a.holders, ...b.holders].map((one) => [one.holder, one]));
  for (const gone of removed) holders.delete(gone);
  return {
    keyring: mergeKeyrings(a.keyring, b.keyring),
    holders: [...holders.values()].toSorted((x, y) => (x.holder < y.holder ? -1 : 1)),
    removed: removed.slice(-MAX_REMOVED),
    replaces: [...new Set([...a.replaces, ...b.replaces])].slice(-MAX_REPLACED),
  };
}

/** Whether a slot lacks nothing of what all say together. */
export function isSameContent(one: SlotContent, all: SlotContent): boolean {
  return (
    isSameSet(
      one.keyring.epochs.map(({ id }) => id),
      all.keyring.epochs.map(({ id }) => id),
    ) &&
    isSameSet(
      one.holders.map(({ holder }) => holder),
      all.holders.map(({ holder }) => holder),
    ) &&
    all.removed.every((gone) => one.removed.includes(gone))
  );
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((value) => right.has(value));
}
