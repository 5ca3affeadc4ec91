/** Damage at rest: objects of a vault that change while no one looks. */
import type { FaultStore } from "./fault-store.ts";
import type { Random } from "./random.ts";

export const harms = [
  "flip",
  "cut",
  "inflate",
  "zeros",
  "remove",
  "swap",
  "duplicate",
  "replay",
  "junk",
] as const;
export type Harm = (typeof harms)[number];

const folderOf = (name: string): string => name.slice(0, name.indexOf("/") + 1);

/** Does one harm to one object. Returns the names of the objects that are not as they were written; none when there was nothing to do. */
export function harm(store: FaultStore, kind: Harm, random: Random): readonly string[] {
  const { objects } = store.inner;
  const names = [...objects.keys()].filter((name) => name.includes("/") && !name.startsWith("keys/")).sort();
  if (names.length === 0) return [];
  const name = random.pick(names);
  const bytes = Buffer.from(objects.get(name) ?? []);
  const same = names.filter((other) => other !== name && folderOf(other) === folderOf(name));
  switch (kind) {
    case "flip":
      if (bytes.length === 0) return [];
      for (let times = 1 + random.below(4); times > 0; times--) {
        const at = random.below(bytes.length);
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 + random.below(255)), at);
      }
      objects.set(name, bytes);
      return [name];
    case "cut":
      objects.set(name, bytes.subarray(0, random.below(bytes.length)));
      return [name];
    case "inflate":
      objects.set(name, Buffer.concat([bytes, Buffer.alloc(1 + random.below(200_000), 0xff)]));
      return [name];
    case "zeros":
      objects.set(name, Buffer.alloc(bytes.length));
      return [name];
    case "remove":
      objects.delete(name);
      return [name];
    case "swap": {
      if (same.length === 0) return [];
      const other = random.pick(same);
      objects.set(name, Buffer.from(objects.get(other) ?? []));
      objects.set(other, bytes);
      return [name, other];
    }
    case "duplicate": {
      // Under a name that another object of its kind could have.
      const id = Array.from({ length: 32 }, () => random.below(16).toString(16)).join("");
      const copy = name.startsWith("points/")
        ? `points/copy-${id}`
        : `${folderOf(name)}${id.slice(0, 2)}/${id}`;
      objects.set(copy, bytes);
      return [];
    }
    case "replay": {
      const gone = [...store.old.keys()].filter((old) => !objects.has(old));
      if (gone.length === 0) return [];
      const old = random.pick(gone.sort());
      objects.set(old, Buffer.from(store.old.get(old) ?? []));
      return [];
    }
    case "junk":
      objects.set(`${folderOf(name)}junk-${random.below(1_000)}`, Buffer.alloc(random.below(5_000), 1));
      return [];
    default:
      return kind satisfies never;
  }
}
