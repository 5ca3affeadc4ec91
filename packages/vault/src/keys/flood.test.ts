import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { clock, newVault, signal, testKeys } from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { openVault } from "../index.ts";
import type { BlobStore } from "../store/port.ts";
import { addSlot, type KeyPlace, listSlots, rotateKeys } from "./key-slots.ts";
import { createKeyring } from "./keyring.ts";
import { firstContent, makeSlot, newGeneration, newHolder } from "./slot.ts";

const place = (store: BlobStore, key = "a"): KeyPlace => ({ store, keys: testKeys(key), clock, signal });
const limits = { listed: 100, read: 10 };

async function twoKeys(): Promise<MemoryStore> {
  const { store } = await newVault(new MemoryStore());
  await addSlot(place(store), { recipient: testKeys("b").recipient, label: "b" });
  return store;
}

/** Puts objects in front of all others in the order of the store. */
function first(store: MemoryStore, junk: readonly (readonly [string, Buffer])[]): void {
  const others = [...store.objects];
  store.objects.clear();
  for (const [name, bytes] of [...junk, ...others]) store.objects.set(name, bytes);
}

const named = (n: number): string => `keys/${String(n).padStart(32, "0")}.json`;
const many = (count: number, name: (n: number) => string, bytes = Buffer.from("junk")) =>
  Array.from({ length: count }, (_, n) => [name(n), bytes] as const);

/** Slots that anyone can make for a key that is known: well-formed, and of another keyring. */
async function planted(store: MemoryStore, count: number, key: string) {
  const { vaultId } = await listSlots(place(store));
  const holder = newHolder(testKeys(key).recipient, "planted", clock.now());
  return Array.from({ length: count }, () => {
    const made = newGeneration(firstContent(createKeyring(vaultId, clock.now()), holder));
    const { slot, bytes } = makeSlot(made, holder, clock.now());
    return [`keys/${slot.slotId}.json`, bytes] as const;
  });
}

async function copiesOf(store: MemoryStore): Promise<Uint8Array[]> {
  return (await listSlots(place(store))).keys.flatMap(({ copy }) => (copy === null ? [] : [copy]));
}

describe("junk below keys/ that sorts first", () => {
  it("hides no slot, whatever its form", async () => {
    const store = await twoKeys();
    first(store, many(1_500, named));
    first(store, await planted(store, 100, "a"));
    first(
      store,
      many(2_000, (n) => `keys/0000-${n}.txt`),
    );
    for (const key of ["a", "b"]) {
      const { keys, ignored } = await listSlots(place(store, key));
      expect(keys.map(({ state }) => state)).toEqual(["present", "present"]);
      expect(ignored).toBe(3_500 + (key === "a" ? 100 : 0));
    }
    await rotateKeys(place(store));
    expect((await listSlots(place(store, "b"))).epochs).toBe(2);
  });

  it("does not count towards the limit when its name or size cannot be of a slot", async () => {
    const store = await twoKeys();
    first(
      store,
      many(40, (n) => `keys/0000-${n}.txt`),
    );
    first(store, many(40, named, Buffer.alloc(70_000)));
    expect((await listSlots({ ...place(store), slotLimits: limits })).keys).toHaveLength(2);
  });

  it("is named when it is more than is looked at", async () => {
    const store = await twoKeys();
    first(store, many(10, named));
    await expect(listSlots({ ...place(store), slotLimits: limits })).rejects.toMatchObject({
      code: "VAULT_DATA_DAMAGED",
      params: {
        object: "keys/*",
        problem: "it has more objects than are looked at, and none of those opens",
      },
    });
    await expect(listSlots({ ...place(store), slotLimits: { listed: 5, read: 10 } })).rejects.toMatchObject({
      params: { object: "keys/*" },
    });
  });

  it("in any number hides no slot of which there is a copy, and makes no opening write", async () => {
    const store = await twoKeys();
    const slotCopies = await copiesOf(store);
    first(store, many(50, named));
    const before = store.names("keys/");
    const options = { store, keys: testKeys("b"), signal, slotCopies, slotLimits: limits };
    for (let n = 0; n < 3; n += 1) {
      const vault = await openVault({ ...options, completeSlotsAt: clock.now() });
      expect(vault.keySlots().keys.map(({ state }) => state)).toEqual(["present", "present"]);
    }
    expect(store.names("keys/")).toEqual(before);
  });

  it("lets an opening restore a slot that is lost, once", async () => {
    const store = await twoKeys();
    const { keys } = await listSlots(place(store));
    const slotCopies = await copiesOf(store);
    first(store, many(50, named));
    const lost = keys.find(({ label }) => label === "b")?.copy ?? Buffer.alloc(0);
    for (const [name, bytes] of store.objects) if (bytes.equals(lost)) store.objects.delete(name);
    const options = { store, keys: testKeys("a"), signal, slotLimits: limits, completeSlotsAt: clock.now() };
    const one = await openVault({ ...options, slotCopies });
    const known = one.keySlots().keys.flatMap(({ copy }) => (copy === null ? [] : [copy]));
    const after = store.names("keys/");
    expect(after).toHaveLength(52);
    await openVault({ ...options, slotCopies: known });
    expect(store.names("keys/")).toEqual(after);
    // Without a copy, the slot may be among what is not looked at.
    const own = one.keySlots().keys.find(({ label }) => label !== "b")?.copy ?? Buffer.alloc(0);
    await openVault({ ...options, slotCopies: [own] });
    expect(store.names("keys/")).toEqual(after);
  });

  it("that fills the memory for unproved slots lets keys open, and refuses changes of keys", async () => {
    const store = await twoKeys();
    const { vaultId } = await listSlots(place(store));
    const holder = newHolder(testKeys("c").recipient, "planted", clock.now());
    const large = makeSlot(
      newGeneration(firstContent(createKeyring(vaultId, clock.now()), holder)),
      holder,
      clock.now(),
    );
    first(
      store,
      Array.from({ length: 300 }, () => {
        const slotId = randomBytes(16).toString("hex");
        const keyring = Buffer.alloc(45_000).toString("base64");
        const bytes = Buffer.from(JSON.stringify({ ...large.slot, slotId, keyring }));
        return [`keys/${slotId}.json`, bytes] as const;
      }),
    );
    const { keys } = await listSlots(place(store));
    expect(keys).toHaveLength(2);
    await expect(rotateKeys(place(store))).rejects.toMatchObject({ reason: "too-many-slots" });
  });
});
