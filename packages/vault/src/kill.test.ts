import { isKluisError } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import { FailingStore, type Failure } from "../test/failing-store.ts";
import {
  holds,
  manifestOf,
  newVault,
  noise,
  noiseDisk,
  readAll,
  signal,
  smallLimits,
  takePoint,
  testKeys,
} from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { createTransferLimits, MemoryChunkIndex, type NodeRef, openVault } from "./index.ts";

const MIB = 1024 * 1024;

describe("a killed process", () => {
  /** A vault with one point, and a disk that has changed since. */
  async function prepared() {
    const store = new MemoryStore();
    const index = new MemoryChunkIndex();
    const disk = noiseDisk(6 * MIB, 3 * MIB);
    await newVault(store);
    const vault = await openVault({ store, keys: testKeys(), index, limits: smallLimits(), signal });
    const { root } = await takePoint(vault, "p1", { disk });
    const base: { root: NodeRef | null; content: Buffer } = { root, content: disk.bytes(0, disk.size) };
    disk.write(MIB, noise(2 * MIB + 70_000, 2));
    return { store, index, disk, base, vault };
  }

  for (const how of ["before", "after"] satisfies Failure[]) {
    it(`at any write, ${how} it took effect, leaves a vault that the next run completes`, async () => {
      let killedRuns = 0;
      for (let at = 1; ; at++) {
        const { store, index, disk, base } = await prepared();
        const dying = new FailingStore(store, at, how);
        const first = await openVault({
          store: dying,
          keys: testKeys(),
          index,
          limits: smallLimits(),
          signal,
        });
        const run = await takePoint(first, "p2", { disk, base: base.root }).then(
          () => "done",
          () => "killed",
        );
        // Another process, with the index that it shares through the database.
        const vault = await openVault({ store, keys: testKeys(), index, limits: smallLimits(), signal });
        // When the first run's manifest took effect, the point exists with nodes at other places: that point counts.
        const second = await takePoint(vault, "p2", { disk, base: base.root }).catch((error: unknown) => {
          if (isKluisError(error, "VAULT_OBJECT_EXISTS")) return null;
          throw error;
        });
        const { manifest } = await vault.getManifest("p2", signal);
        const stored = manifest.disks[0]?.root ?? null;
        expect(await holds(vault, stored, disk)).toBe(true);
        expect((await readAll(vault.openDisk(base.root, disk.size))).equals(base.content)).toBe(true);
        expect(await vault.verifyPoint("p2", { mode: "full", signal })).toMatchObject({ ok: true });
        // A collection removes the garbage of the killed run and keeps everything that points need.
        const keep = second?.root ? [second.root] : [];
        const { condemned } = await vault.planCollection({ keep, signal });
        index.condemn(condemned);
        await vault.sweep({ condemned, keep: [], signal });
        const after = await vault.planCollection({ keep: [], signal });
        expect(after).toMatchObject({ points: 2 });
        expect(await vault.verifyPoint("p1", { mode: "full", signal })).toMatchObject({ ok: true });
        expect(await vault.verifyPoint("p2", { mode: "full", signal })).toMatchObject({ ok: true });
        if (run === "done") break;
        killedRuns += 1;
      }
      expect(killedRuns).toBeGreaterThanOrEqual(4);
    });
  }

  it("in a sweep, leaves a vault that the next sweep completes", async () => {
    for (let at = 1; at <= 6; at++) {
      const { store, index, vault, disk, base } = await prepared();
      await takePoint(vault, "p2", { disk, base: base.root });
      await vault.deleteManifest("p1", signal);
      await vault.deleteManifest("p2", signal);
      const { condemned } = await vault.planCollection({ keep: [], signal });
      const dying = await openVault({
        store: new FailingStore(store, at, "after"),
        keys: testKeys(),
        index,
        signal,
      });
      await expect(dying.sweep({ condemned, keep: [], signal })).rejects.toMatchObject({
        code: "VAULT_UNREACHABLE",
      });
      const { deleted } = await vault.sweep({ condemned, keep: [], signal });
      expect(deleted).toEqual(condemned);
      expect(store.packs()).toEqual([]);
    }
  });

  it("releases the shared memory budget when a segment fails", async () => {
    const { store, disk, index } = await prepared();
    const limits = createTransferLimits({
      inFlightBytes: 4 * MIB,
      packBytes: 256 * 1024,
      reads: 2,
      uploads: 1,
    });
    const bad = await openVault({
      store: new FailingStore(store, 1, "before"),
      keys: testKeys(),
      index: new MemoryChunkIndex(),
      limits,
      signal,
    });
    for (let run = 0; run < 4; run++) {
      await expect(takePoint(bad, "bad", { disk })).rejects.toMatchObject({
        code: "VAULT_UNREACHABLE",
      });
    }
    const good = await openVault({ store, keys: testKeys(), index, limits, signal });
    const { root } = await takePoint(good, "good", { disk });
    expect(await holds(good, root, disk)).toBe(true);
  });

  it("stops a canceled segment with the caller's reason", async () => {
    const { vault, disk } = await prepared();
    const cancel = new AbortController();
    const source = {
      size: disk.size,
      read: async (offset: number, length: number) => {
        cancel.abort(new Error("the user changed their mind"));
        return disk.read(offset, length);
      },
    };
    const job = {
      diskBytes: disk.size,
      segment: 0,
      extents: disk.allocated(),
      base: null,
      source,
      signal: cancel.signal,
    } as const;
    await expect(
      vault.writeSegment({
        domain: "test",
        ...job,
        delta: "digest-comparison",
      }),
    ).rejects.toThrow("changed their mind");
  });
});

describe("a manifest", () => {
  it("is idempotent; other content under its id is rejected", async () => {
    const { vault } = await newVault(new MemoryStore());
    const disk = { diskBytes: MIB, root: null, rootDigest: "0".repeat(48), storedBytes: 0 };
    const manifest = manifestOf(vault, "p", disk);
    const first = await vault.putManifest(manifest, signal);
    expect(await vault.putManifest(structuredClone(manifest), signal)).toEqual(first);
    await expect(vault.putManifest({ ...manifest, trigger: "schedule" }, signal)).rejects.toMatchObject({
      code: "VAULT_OBJECT_EXISTS",
    });
    expect(await vault.getManifest("p", signal)).toEqual({ manifest, digest: first.digest });
    expect(await Array.fromAsync(vault.listManifests(signal))).toMatchObject([{ pointId: "p" }]);
  });

  it("of another vault, or against the schema, is rejected", async () => {
    const { vault } = await newVault(new MemoryStore());
    const disk = { diskBytes: MIB, root: null, rootDigest: "0".repeat(48), storedBytes: 0 };
    const manifest = manifestOf(vault, "p", disk);
    const foreign = { ...manifest, vaultId: "0b1f86cf-9a33-4a52-8f9b-7a1f6a2cf111" };
    await expect(vault.putManifest(foreign, signal)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(vault.putManifest({ ...manifest, pointId: "../up" }, signal)).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
    await expect(vault.getManifest("../up", signal)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});
