import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Disk, emptyState, type Snapshot, stateSchema } from "../state/model.ts";
import { StateStore } from "../state/store.ts";
import { BLOCK_SIZE, ZERO } from "./blocks.ts";
import { LayerStore } from "./layers.ts";

/** Small disks; blocks.test.ts covers pages of block states. */
const BLOCKS = 24;
const SIZE = BLOCKS * BLOCK_SIZE;
const DISK = "disk";

let dir: string;
let store: StateStore;
let layers: LayerStore;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "layers-"));
});
afterEach(async () => {
  await layers.close();
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

async function open(fresh: boolean): Promise<void> {
  if (fresh) await rm(join(dir, "data"), { recursive: true, force: true });
  store = await StateStore.open(join(dir, "data"), "tenant");
  layers = await LayerStore.open(store);
}

const resource = (id: string) => ({ id, name: id, subscriptionId: "s", resourceGroup: "g", location: "l" });

async function makeDisk(id: string, parent?: string): Promise<void> {
  const layer = await layers.create();
  store.state.layers[layer] = parent === undefined ? {} : { parent };
  const disk: Disk = {
    ...resource(id),
    sku: "Premium_LRS",
    sizeBytes: SIZE,
    createOption: "Empty",
    uniqueId: id,
    timeCreated: 0,
    provisioningState: "Succeeded",
    networkAccessPolicy: "AllowAll",
    writes: 0,
    layer,
  };
  store.state.disks[id] = disk;
  await store.flush();
}

async function snapshot(id: string, disk = DISK): Promise<void> {
  await layers.withDisks([disk], () =>
    layers.freeze([disk], (frozen) => {
      const record: Snapshot = {
        ...resource(id),
        sku: "Standard_LRS",
        sizeBytes: SIZE,
        incremental: true,
        sourceResourceId: disk,
        sourceUniqueId: disk,
        familyId: disk,
        uniqueId: id,
        timeCreated: 0,
        provisioningState: "Succeeded",
        networkAccessPolicy: "AllowAll",
        layer: frozen.get(disk) ?? "",
      };
      store.state.snapshots[id] = record;
    }),
  );
}

const layerOf = (id: string): string => (store.state.snapshots[id] ?? store.state.disks[id])?.layer ?? "";

async function content(id: string): Promise<Buffer> {
  const bytes = Buffer.alloc(SIZE, 0xee);
  await layers.read(layerOf(id), bytes, 0);
  return bytes;
}

type Step =
  | { type: "write"; offset: number; length: number; fill: number }
  | { type: "snapshot" }
  | { type: "delete"; index: number }
  | { type: "clone"; index: number }
  | { type: "reopen" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("write" as const),
      offset: fc.nat(SIZE / 512 - 1).map((sector) => sector * 512),
      length: fc.integer({ min: 1, max: 40 }).map((sectors) => sectors * 512),
      // Often 0: zeroing has a path of code that writing does not have.
      fill: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 255 })),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ type: "snapshot" as const }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("delete" as const), index: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("clone" as const), index: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.constant({ type: "reopen" as const }) },
);

/** The expected content: a copy per snapshot, and the blocks written since the one before. */
class Model {
  disk: Buffer = Buffer.alloc(SIZE);
  touched = new Set<number>();
  readonly snapshots: { id: string; bytes: Buffer; touched: Set<number> }[] = [];
  readonly clones: { id: string; bytes: Buffer }[] = [];
  next = 0;
}

async function apply(model: Model, one: Step): Promise<void> {
  const chosen =
    "index" in one ? model.snapshots[one.index % Math.max(1, model.snapshots.length)] : undefined;
  switch (one.type) {
    case "write": {
      const bytes = Buffer.alloc(Math.min(one.length, SIZE - one.offset), one.fill);
      await layers.withDisks([DISK], () => layers.writeDisk(DISK, bytes, one.offset));
      bytes.copy(model.disk, one.offset);
      const end = Math.ceil((one.offset + bytes.length) / BLOCK_SIZE);
      for (let block = Math.floor(one.offset / BLOCK_SIZE); block < end; block++) model.touched.add(block);
      return;
    }
    case "snapshot": {
      const id = `s${model.next++}`;
      await snapshot(id);
      model.snapshots.push({ id, bytes: Buffer.from(model.disk), touched: model.touched });
      model.touched = new Set();
      return;
    }
    case "delete": {
      if (!chosen) return;
      delete store.state.snapshots[chosen.id];
      await store.flush();
      await layers.collect();
      const at = model.snapshots.indexOf(chosen);
      model.snapshots.splice(at, 1);
      const heir = model.snapshots[at]?.touched ?? model.touched;
      for (const block of chosen.touched) heir.add(block);
      return;
    }
    case "clone": {
      if (!chosen) return;
      const id = `c${model.next++}`;
      await makeDisk(id, layerOf(chosen.id));
      const bytes = Buffer.from(chosen.bytes);
      const written = Buffer.alloc(BLOCK_SIZE, 0xcc);
      await layers.withDisks([id], () => layers.writeDisk(id, written, 0));
      written.copy(bytes, 0);
      model.clones.push({ id, bytes });
      return;
    }
    case "reopen":
      await layers.close();
      await store.close();
      await open(false);
  }
}

async function check(model: Model): Promise<void> {
  expect((await content(DISK)).equals(model.disk)).toBe(true);
  for (const { id, bytes } of [...model.snapshots, ...model.clones])
    expect((await content(id)).equals(bytes)).toBe(true);
  for (const [older, base] of model.snapshots.entries()) {
    const touched = new Set<number>();
    for (const newer of model.snapshots.slice(older + 1)) {
      for (const block of newer.touched) touched.add(block);
      checkDifference({ base, newer, touched });
    }
  }
}

function checkDifference(input: {
  base: { id: string; bytes: Buffer };
  newer: { id: string; bytes: Buffer };
  touched: Set<number>;
}): void {
  const runs = layers.changedRuns(layerOf(input.base.id), layerOf(input.newer.id), { offset: 0, end: SIZE });
  const listed = new Set<number>();
  // The base plus the difference must equal the newer content.
  const rebuilt = Buffer.from(input.base.bytes);
  for (const { offset, length, state } of runs ?? []) {
    if (state === ZERO) rebuilt.fill(0, offset, offset + length);
    else input.newer.bytes.copy(rebuilt, offset, offset, offset + length);
    for (let at = offset; at < offset + length; at += BLOCK_SIZE) listed.add(at / BLOCK_SIZE);
  }
  expect(rebuilt.equals(input.newer.bytes)).toBe(true);
  for (const block of listed) expect(input.touched.has(block)).toBe(true);
}

test("any order of writes, snapshots, deletions, clones and restarts keeps contents and differences", async () => {
  let checked = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      await open(true);
      await makeDisk(DISK);
      const model = new Model();
      for (const one of steps) await apply(model, one);
      await check(model);
      checked++;
      await layers.close();
      await store.close();
    }),
    { numRuns: 150 },
  );
  expect(checked).toBe(150);
  await open(false);
});

test("a snapshot of an unchanged disk adds no layer; deleting all snapshots leaves one layer", async () => {
  await open(true);
  await makeDisk(DISK);
  await layers.withDisks([DISK], () => layers.writeDisk(DISK, Buffer.alloc(BLOCK_SIZE, 1), 0));
  await snapshot("a");
  await snapshot("b");
  expect(layerOf("a")).toBe(layerOf("b"));
  store.state.snapshots = {};
  await layers.collect();
  expect(Object.keys(store.state.layers)).toHaveLength(1);
  expect((await readdir(join(dir, "data", "layers"))).length).toBe(2);
});

test("a start removes files that the state does not name, and the state matches its schema", async () => {
  await open(true);
  await makeDisk(DISK);
  const orphan = await layers.create();
  await layers.close();
  await store.close();
  await open(false);
  expect((await readdir(join(dir, "data", "layers"))).some((file) => file.startsWith(orphan))).toBe(false);
  expect(stateSchema.safeParse(store.state).success).toBe(true);
  expect(emptyState("t").layers).toEqual({});
});

test("disks frozen together show one instant while the guest writes", async () => {
  await open(true);
  await makeDisk("one");
  await makeDisk("two");
  let stop = false;
  let round = 0;
  // The guest writes to both disks at once: a snapshot must show both writes or neither.
  const guest = (async () => {
    while (!stop) {
      round++;
      const bytes = Buffer.alloc(BLOCK_SIZE, (round % 250) + 1);
      bytes.writeUInt32LE(round, 0);
      await layers.withDisks(["one", "two"], async () => {
        await layers.writeDisk("one", bytes, 0);
        await layers.writeDisk("two", bytes, 0);
      });
    }
  })();
  const rounds: [number, number][] = [];
  for (let at = 0; at < 20; at++) {
    let frozenLayers = new Map<string, string>();
    await layers.withDisks(["one", "two"], () =>
      layers.freeze(["one", "two"], (frozen) => {
        frozenLayers = new Map(frozen);
      }),
    );
    const seen = await Promise.all(
      ["one", "two"].map(async (id) => {
        const bytes = Buffer.alloc(BLOCK_SIZE);
        await layers.read(frozenLayers.get(id) ?? "", bytes, 0);
        return bytes.readUInt32LE(0);
      }),
    );
    rounds.push([seen[0] ?? -1, seen[1] ?? -1]);
  }
  stop = true;
  await guest;
  for (const [one, two] of rounds) expect(one).toBe(two);
});
