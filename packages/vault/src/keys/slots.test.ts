import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FailingStore, type Failure } from "../../test/failing-store.ts";
import { clock, holds, newVault, noiseDisk, signal, takePoint, testKeys } from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { openVault } from "../index.ts";
import type { BlobStore } from "../store/port.ts";
import { addSlot, type KeyPlace, listSlots, proveSlot, removeSlot, rotateKeys } from "./key-slots.ts";
import { createKeyring } from "./keyring.ts";
import { firstContent, type KeySlot, makeSlot, newGeneration, newHolder, parseSlot } from "./slot.ts";

const place = (store: BlobStore, key = "a"): KeyPlace => ({ store, keys: testKeys(key), clock, signal });
const open = (store: BlobStore, key = "a") => openVault({ store, keys: testKeys(key), signal });

/** A vault that the keys a, b and c open. */
async function threeKeys(): Promise<MemoryStore> {
  const { store } = await newVault(new MemoryStore());
  for (const key of ["b", "c"])
    await addSlot(place(store), { recipient: testKeys(key).recipient, label: `key ${key}` });
  return store;
}

async function holderOf(store: BlobStore, key: string): Promise<string> {
  const { keys } = await listSlots(place(store));
  return keys.find(({ keyId }) => keyId === testKeys(key).recipient.keyId)?.holder ?? "";
}

async function epochsOf(store: BlobStore, key: string): Promise<number> {
  return (await listSlots(place(store, key))).epochs;
}

function copyOf(store: MemoryStore): MemoryStore {
  const copy = new MemoryStore();
  for (const [name, bytes] of store.objects) copy.objects.set(name, bytes);
  return copy;
}

describe("the keys of a vault", () => {
  it("each open the same vault, with one slot each", async () => {
    const store = await threeKeys();
    const disk = noiseDisk(1024 * 1024, 300_000);
    const { root } = await takePoint(await open(store), "p", { disk });
    for (const key of ["a", "b", "c"]) {
      expect(await holds(await open(store, key), root, disk)).toBe(true);
      expect((await proveSlot(place(store, key))).keyId).toBe(testKeys(key).recipient.keyId);
    }
    const { keys, ignored, strange } = await listSlots(place(store, "c"));
    const rows = keys.map(({ label, state, isOwn }) => `${label} ${state} ${isOwn}`);
    expect(rows.toSorted((x, y) => x.localeCompare(y))).toEqual([
      " present false",
      "key b present false",
      "key c present true",
    ]);
    expect([ignored, strange, store.names("keys/").length]).toEqual([0, 0, 3]);
  });

  it("are added once, and at most twenty", async () => {
    const { store } = await newVault(new MemoryStore());
    const added = { recipient: testKeys("b").recipient, label: "b", holder: "0123456789abcdef" };
    await addSlot(place(store), added);
    const names = store.names("keys/");
    await addSlot(place(store), added);
    expect(store.names("keys/")).toEqual(names);
    await expect(addSlot(place(store), { ...added, holder: "0000000000000000" })).rejects.toMatchObject({
      reason: "key-known",
    });
    for (let n = 2; n < 20; n += 1)
      await addSlot(place(store), { recipient: testKeys(`n${n}`).recipient, label: "" });
    await expect(
      addSlot(place(store), { recipient: testKeys("more").recipient, label: "" }),
    ).rejects.toMatchObject({ reason: "too-many-keys", params: { most: 20 } });
  });

  it("are removed, except the last one and the one in use", async () => {
    const store = await threeKeys();
    const [a, b, c] = await Promise.all(["a", "b", "c"].map((key) => holderOf(store, key)));
    await expect(removeSlot(place(store), a ?? "")).rejects.toMatchObject({ reason: "key-in-use" });
    await removeSlot(place(store), b ?? "");
    await removeSlot(place(store), b ?? "");
    await expect(open(store, "b")).rejects.toMatchObject({ code: "VAULT_KEY_WRONG" });
    await removeSlot(place(store), c ?? "");
    await expect(removeSlot(place(store), a ?? "")).rejects.toMatchObject({ reason: "last-key" });
    await expect(removeSlot(place(store), "0000000000000000")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(store.names("keys/")).toHaveLength(1);
  });

  it("of which one was removed and added again opens", async () => {
    const store = await threeKeys();
    await removeSlot(place(store), await holderOf(store, "b"));
    await addSlot(place(store), { recipient: testKeys("b").recipient, label: "again" });
    expect(await epochsOf(store, "b")).toBe(1);
  });

  it("all get a new root key and epoch by a rotation; data stays readable", async () => {
    const store = await threeKeys();
    const disk = noiseDisk(1024 * 1024, 300_000);
    const { root } = await takePoint(await open(store), "p", { disk });
    const before = store.names("keys/");
    const { generation } = await listSlots(place(store));
    await rotateKeys(place(store), generation ?? "");
    await rotateKeys(place(store), generation ?? "");
    for (const key of ["a", "b", "c"]) {
      expect(await epochsOf(store, key)).toBe(2);
      expect(await holds(await open(store, key), root, disk)).toBe(true);
    }
    expect(store.names("keys/").filter((name) => before.includes(name))).toEqual([]);
  });
});

describe("junk among the key slots", () => {
  it("is ignored and counted", async () => {
    const store = await threeKeys();
    const [name = ""] = store.names("keys/");
    const good = store.objects.get(name) ?? Buffer.alloc(0);
    const hex = (n: number) => `keys/${String(n).padStart(32, "0")}.json`;
    store.objects.set("keys/99999999.json", good);
    store.objects.set("keys/readme.txt", Buffer.from("hello"));
    store.objects.set(hex(1), Buffer.from("not json"));
    store.objects.set(hex(2), Buffer.alloc(3_000_000, 32));
    store.objects.set(hex(3), good);
    store.objects.set(hex(4), Buffer.from('{"format":"kluis-slot"}'));
    const list = await listSlots(place(store));
    expect(list.ignored).toBe(6);
    expect(list.keys.every(({ state }) => state === "present")).toBe(true);
    await rotateKeys(place(store));
    expect(await epochsOf(store, "c")).toBe(2);
  });

  it("with any altered field opens nothing, and hides nothing", async () => {
    const store = await threeKeys();
    const names = store.names("keys/");
    const flips = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), flips, async (name, [at, by]) => {
        const copy = copyOf(store);
        const bytes = Buffer.from(copy.objects.get(name) ?? "");
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ by;
        copy.objects.set(name, bytes);
        const results = await Promise.allSettled(["a", "b", "c"].map((key) => open(copy, key)));
        const opened = results.filter(({ status }) => status === "fulfilled").length;
        // The last byte is a line feed outside the JSON: white space of another kind changes nothing.
        expect(opened).toBeGreaterThanOrEqual(2);
        const again = results.findIndex(({ status }) => status === "fulfilled");
        const key = ["a", "b", "c"][again] ?? "";
        await openVault({ store: copy, keys: testKeys(key), signal, completeSlotsAt: clock.now() });
        for (const each of ["a", "b", "c"]) await open(copy, each);
      }),
      { numRuns: 10 },
    );
  });

  it("that anyone can wrap for a public key brings no other keyring", async () => {
    const store = await threeKeys();
    const { vaultId, generation } = await listSlots(place(store));
    const now = clock.now();
    for (const key of ["a", "b"]) {
      const holder = newHolder(testKeys(key).recipient, "planted", now);
      const planted = newGeneration(
        firstContent(createKeyring(vaultId, new Date(now.getTime() + 1e9)), holder),
      );
      const { slot, bytes } = makeSlot(planted, holder, now);
      store.objects.set(`keys/${slot.slotId}.json`, bytes);
    }
    for (const key of ["a", "b", "c"]) {
      const list = await listSlots(place(store, key));
      expect(list).toMatchObject({ generation, epochs: 1 });
      expect(list.strange).toBe(2);
    }
  });
});

describe("a vault that lost key slots", () => {
  it("opens with any other, which makes them again", async () => {
    const store = await threeKeys();
    const names = store.names("keys/");
    for (const lost of names) {
      store.objects.delete(lost);
      const opened = await Promise.allSettled(["a", "b", "c"].map((key) => open(store, key)));
      expect(opened.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
      const key = ["a", "b", "c"][opened.findIndex(({ status }) => status === "fulfilled")] ?? "";
      await openVault({ store, keys: testKeys(key), signal, completeSlotsAt: clock.now() });
      for (const each of ["a", "b", "c"]) await open(store, each);
    }
  });

  it("opens with copies when all are gone, and has them again", async () => {
    const store = await threeKeys();
    const copies = (await listSlots(place(store))).keys.flatMap(({ copy }) => (copy === null ? [] : [copy]));
    for (const name of store.names("keys/")) store.objects.delete(name);
    await expect(open(store)).rejects.toMatchObject({ code: "VAULT_DATA_DAMAGED" });
    const options = { store, keys: testKeys("b"), signal, slotCopies: copies };
    expect(
      (await listSlots({ ...place(store, "b"), slotCopies: copies })).keys.map(({ state }) => state),
    ).toEqual(["missing", "missing", "missing"]);
    await openVault({ ...options, completeSlotsAt: clock.now() });
    for (const key of ["a", "b", "c"]) await open(store, key);
  });
});

describe("a vault whose key slots were overwritten", () => {
  const changed: Record<string, (slot: KeySlot) => KeySlot> = {
    "its wrapped key": (slot) => ({ ...slot, wrapped: { ...slot.wrapped, data: "AAAA" } }),
    "its holder": (slot) => ({ ...slot, keyId: "another" }),
    "its keyring": (slot) => ({ ...slot, keyring: "AAAA" }),
  };
  for (const [what, change] of Object.entries(changed)) {
    it(`opens with copies, has its slots again, and tells: ${what}`, async () => {
      const store = await threeKeys();
      const slotCopies = (await listSlots(place(store))).keys.flatMap(({ copy }) => copy ?? []);
      for (const name of store.names("keys/")) {
        const slot = parseSlot(store.objects.get(name) ?? new Uint8Array());
        if (slot !== null) store.objects.set(name, Buffer.from(JSON.stringify(change(slot))));
      }
      const options = { store, keys: testKeys("b"), signal, slotCopies };
      const opened = await openVault({ ...options, completeSlotsAt: clock.now() });
      for (const key of ["a", "b", "c"]) await open(store, key);
      expect(opened.keySlots().keys.map(({ state }) => state)).toEqual(["present", "present", "present"]);
      expect((await listSlots(place(store, "b"))).odd).toHaveLength(3);
    });
  }
});

describe("changes of keys that are killed", () => {
  const changes: Record<string, (store: BlobStore, base: MemoryStore) => Promise<unknown>> = {
    rotate: (store) => rotateKeys(place(store)),
    add: (store) => addSlot(place(store), { recipient: testKeys("d").recipient, label: "d" }),
    remove: async (store, base) => removeSlot(place(store), await holderOf(base, "c")),
  };
  for (const [what, change] of Object.entries(changes)) {
    for (const how of ["before", "after"] satisfies Failure[]) {
      it(`${what}: at any write, ${how} it took effect, lock no holder out and are completed`, async () => {
        const base = await threeKeys();
        let killed = 0;
        for (let at = 1; ; at += 1) {
          const store = copyOf(base);
          const dying = new FailingStore(store, at, how);
          await change(dying, base).catch(() => undefined);
          const remaining = what === "remove" ? ["a", "b"] : ["a", "b", "c"];
          for (const key of remaining) expect(await epochsOf(store, key)).toBeGreaterThanOrEqual(1);
          // The next opener that may write is another holder.
          await openVault({ store, keys: testKeys("b"), signal, completeSlotsAt: clock.now() });
          await openVault({ store, keys: testKeys("a"), signal, completeSlotsAt: clock.now() });
          const lists = await Promise.all(remaining.map((key) => listSlots(place(store, key))));
          expect(new Set(lists.map(({ generation, epochs }) => `${generation} ${epochs}`)).size).toBe(1);
          for (const { keys, strange } of lists) {
            expect(keys.every(({ state }) => state === "present")).toBe(true);
            expect(strange).toBe(0);
          }
          if (dying.changes < at) break;
          killed += 1;
        }
        expect(killed).toBeGreaterThan(3);
      });
    }
  }
});

/** Forwards calls when the scheduler says so. */
function scheduled(store: BlobStore, scheduler: fc.Scheduler): BlobStore {
  const turn = () => scheduler.schedule(Promise.resolve());
  return {
    description: store.description,
    place: store.place,
    put: async (...call) => {
      await turn();
      await store.put(...call);
      await turn();
    },
    get: async (...call) => {
      await turn();
      return store.get(...call);
    },
    head: (...call) => store.head(...call),
    list: async function* (...call) {
      await turn();
      yield* store.list(...call);
    },
    delete: async (...call) => {
      await turn();
      return store.delete(...call);
    },
  };
}

describe("changes of keys at the same time", () => {
  it("lock no holder out, lose no epoch and no holder, in any order of their requests", async () => {
    const base = await threeKeys();
    const gone = await holderOf(base, "c");
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const store = copyOf(base);
        const slow = scheduled(store, scheduler);
        const all = Promise.allSettled([
          rotateKeys(place(slow, "a")),
          rotateKeys(place(slow, "b")),
          addSlot(place(slow, "b"), { recipient: testKeys("d").recipient, label: "d" }),
          removeSlot(place(slow, "a"), gone),
        ]);
        await scheduler.waitFor(all);
        const failed = (await all).filter(({ status }) => status === "rejected");
        expect(failed).toEqual([]);
        for (const key of ["a", "b", "a"])
          await openVault({ store, keys: testKeys(key), signal, completeSlotsAt: clock.now() });
        // What no one knows any more is removed a week later.
        const later = new Date(clock.now().getTime() + 8 * 24 * 60 * 60 * 1000);
        await openVault({ store, keys: testKeys("a"), signal, completeSlotsAt: later });
        for (const key of ["a", "b", "d"]) {
          const list = await listSlots(place(store, key));
          expect([list.epochs, list.strange, list.keys.length]).toEqual([3, 0, 3]);
        }
        await expect(open(store, "c")).rejects.toMatchObject({ code: "VAULT_KEY_WRONG" });
      }),
      { numRuns: 5 },
    );
  });
});
