/**
 * A model of a vault without a database whose machines have wrong clocks: writers, collectors and a deleter take turns, one request at a
 * time. Their clocks are hours off, run too fast or too slow, and jump. Any of them may die at any request.
 */
import type { Extent } from "@kluis/domain";
import { collectByAge } from "../../src/collect-by-age.ts";
import {
  BLOCK_BYTES,
  formatNodeRef,
  type Manifest,
  type NodeRef,
  newestOf,
  nextPointId,
  packOfName,
  type Vault,
} from "../../src/index.ts";
import type { BlobStore } from "../../src/store/port.ts";
import { type Random, randomOf } from "../faults/random.ts";
import { backUp, ModelDisk, manifestOf, newVault, noise, readAll, reopen, signal } from "../fixtures.ts";
import { MachineClock } from "./machine-clock.ts";
import { TimedObjects } from "./timed-store.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DISK_BYTES = 18 * BLOCK_BYTES + 512;
const NAMES = ["vm-a", "vm-b", "vm-c"] as const;

class Killed extends Error {}

/** A process: one backup, one collection or one deletion. */
interface Run {
  readonly clock: MachineClock;
  readonly startedAt: number;
  isDead: boolean;
}

interface Machine {
  readonly name: string;
  disk: ModelDisk;
  /** A point that the user knows, and its disk: what changed since then is listed as long as the vault has the point. */
  since: { readonly pointId: string; readonly disk: ModelDisk } | null;
  isBusy: boolean;
}

interface ReadPoint {
  readonly pointId: string;
  readonly manifest: Manifest;
  readonly digest: string;
}

export interface ClockModelOptions {
  readonly seed: number;
  readonly steps: number;
  /** `machine`: the rules that were wrong. The model must find what they lose. */
  readonly trust?: "storage" | "machine";
}

export class ClockModel {
  readonly #options: ClockModelOptions;
  readonly #random: Random;
  readonly #objects = new TimedObjects();
  readonly #clocks: MachineClock[];
  readonly #machines: readonly Machine[];
  readonly #waiting: { readonly run: Run; readonly go: () => void; readonly kill: (why: Error) => void }[] =
    [];
  readonly #contents = new Map<string, Buffer>();
  readonly #needed = new Map<string, ReadonlySet<string>>();
  readonly #bases = new Set<string>();
  #raw: Vault | null = null;
  #arrived: () => void = () => undefined;
  #isOver = false;
  #lost: string | null = null;
  readonly counts = { points: 0, kills: 0, freed: 0, jumps: 0, mostSkewHours: 0 };

  constructor(options: ClockModelOptions) {
    this.#options = options;
    this.#random = randomOf(options.seed);
    this.#clocks = Array.from({ length: 6 }, () => new MachineClock(this.#random, this.#objects.now));
    this.#machines = NAMES.map((name, n) => {
      const disk = new ModelDisk(DISK_BYTES);
      disk.write(0, noise(5 * BLOCK_BYTES, n));
      return { name, disk, since: null, isBusy: false };
    });
  }

  /** @throws with the seed, when a point lost content */
  async run(): Promise<ClockModel["counts"]> {
    await newVault(this.#objects.inner);
    this.#raw = await reopen(this.#objects.inner);
    const actors = [
      ...[0, 1, 2].map((n) => this.#repeat(n, (run) => this.#backUp(run))),
      ...[3, 4].map((n) => this.#repeat(n, (run) => this.#collect(run))),
      this.#repeat(5, (run) => this.#delete(run)),
    ];
    for (let step = 0; step < this.#options.steps; step++) await this.#step(true);
    this.#isOver = true;
    const done = Promise.all(actors).then(() => true);
    while (!(await Promise.race([done, this.#step(false)])));
    await this.#end();
    return this.counts;
  }

  /** Lets one process make its next request, or kills it. */
  async #step(mayKill: boolean): Promise<false> {
    const random = this.#random;
    this.#objects.now += random.below(8 * MINUTE);
    if (random.chance(0.005)) this.#objects.now += 3 * HOUR;
    if (random.chance(0.01)) {
      random.pick(this.#clocks).jump(random, this.#objects.now);
      this.counts.jumps++;
    }
    if (this.#waiting.length === 0) {
      if (this.#isOver) await new Promise((done) => setImmediate(done));
      else await new Promise<void>((arrived) => (this.#arrived = arrived));
    }
    const next = this.#waiting[random.below(this.#waiting.length)];
    if (next === undefined) return false;
    // The user collects what is older than the longest backup.
    const isLate = this.#objects.now - next.run.startedAt > 20 * HOUR;
    if (isLate || (mayKill && random.chance(1 / 80))) this.#kill(next.run);
    else {
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      next.go();
    }
    await new Promise((done) => setImmediate(done));
    if (this.#lost !== null) throw new Error(`Seed ${this.#options.seed}: ${this.#lost}`);
    return false;
  }

  #kill(run: Run): void {
    run.isDead = true;
    this.counts.kills++;
    for (const one of this.#waiting.filter((waiting) => waiting.run === run)) {
      this.#waiting.splice(this.#waiting.indexOf(one), 1);
      one.kill(new Killed("killed"));
    }
  }

  #turn(run: Run): Promise<void> {
    if (run.isDead) return Promise.reject(new Killed("killed"));
    return new Promise((go, kill) => {
      this.#waiting.push({ run, go, kill });
      this.#arrived();
    });
  }

  async #repeat(n: number, work: (run: Run) => Promise<void>): Promise<void> {
    const clock = this.#clocks[n];
    if (clock === undefined) throw new RangeError("no clock");
    while (!this.#isOver) {
      const run: Run = { clock, startedAt: this.#objects.now, isDead: false };
      try {
        await this.#turn(run);
        await work(run);
      } catch (error) {
        if (!run.isDead && !(error instanceof Killed)) throw error;
      }
    }
  }

  /** The store of one process. A deletion of what a point needs is the loss that this model looks for. */
  #storeOf(run: Run): BlobStore {
    const store = this.#objects.view(() => this.#turn(run));
    return {
      ...store,
      delete: async (name, aborted) => {
        await this.#turn(run);
        const pack = packOfName(name)?.pack ?? null;
        if (pack !== null) await this.#mustNotNeed(pack);
        if (pack !== null) this.counts.freed++;
        return this.#objects.inner.delete(name, aborted);
      },
      head: async (name, aborted) => {
        const info = await store.head(name, aborted);
        if (this.#options.trust !== "machine" || info === null || !name.startsWith("checks/")) return info;
        return { ...info, writtenAt: new Date(this.#timeOf(run)) };
      },
    };
  }

  #timeOf({ clock }: Run): number {
    const at = clock.at(this.#objects.now);
    const hours = Math.abs(at - this.#objects.now) / HOUR;
    this.counts.mostSkewHours = Math.max(this.counts.mostSkewHours, Math.round(hours));
    return at;
  }

  async #backUp(run: Run): Promise<void> {
    const machine = this.#random.pick(this.#machines);
    if (machine.isBusy) return;
    machine.isBusy = true;
    const held: string[] = [];
    try {
      await this.#takePoint(run, machine, held);
    } finally {
      machine.isBusy = false;
      for (const base of held) this.#bases.delete(base);
    }
  }

  async #takePoint(run: Run, machine: Machine, held: string[]): Promise<void> {
    const vault = await reopen(this.#storeOf(run));
    const before = await pointsOf(vault, machine.name);
    const newest = this.#options.trust === "machine" ? lastTaken(before) : newestOf(before);
    if (newest !== null) {
      // A point that is removed meanwhile: who removes points knows which ones a backup builds on.
      if (!this.#contents.has(newest.pointId) || !this.#isThere(newest.pointId)) throw new Killed("removed");
      held.push(newest.pointId);
      this.#bases.add(newest.pointId);
    }
    this.#change(machine.disk);
    const source = machine.disk.snapshot();
    const { since } = machine;
    const isKnown = since !== null && before.some(({ pointId }) => pointId === since.pointId);
    const isListed = isKnown && this.#random.chance(0.6);
    const root: NodeRef | null = newest?.manifest.disks[0]?.root ?? null;
    const made = await backUp(vault, {
      source,
      extents: isListed ? changed(since.disk, source) : source.allocated(),
      delta: isListed ? "changed-ranges" : "digest-comparison",
      base: root,
    });
    const now = new Date(this.#timeOf(run));
    const pointId = nextPointId(before, now);
    const plain = manifestOf(vault, pointId, { ...made, diskBytes: DISK_BYTES });
    const previous = newest === null ? null : { pointId: newest.pointId, manifestDigest: newest.digest };
    const times = { ...plain.times, takenAt: now.toISOString() };
    this.#contents.set(pointId, source.bytes(0, DISK_BYTES));
    await vault.putManifest({ ...plain, previous, times, vm: { ...plain.vm, name: machine.name } }, signal);
    machine.since = { pointId, disk: source };
    this.counts.points++;
    await this.#mustRead(pointId);
  }

  #change(disk: ModelDisk): void {
    for (let writes = 1 + this.#random.below(4); writes > 0; writes--) {
      const offset = this.#random.below(DISK_BYTES);
      if (this.#random.chance(0.2)) disk.clear(offset, this.#random.below(3 * BLOCK_BYTES));
      else disk.write(offset, noise(1 + this.#random.below(2 * BLOCK_BYTES), this.#random.below(50)));
    }
  }

  async #collect(run: Run): Promise<void> {
    const store = this.#storeOf(run);
    const vault = await reopen(store);
    const dryRun = this.#random.chance(0.1);
    await collectByAge({ vault, store, olderThanMs: DAY, dryRun, signal });
  }

  async #delete(run: Run): Promise<void> {
    for (let pause = this.#random.below(30); pause > 0; pause--) await this.#turn(run);
    const ids = this.#live().filter((id) => !this.#bases.has(id));
    if (ids.length < 4) return;
    const id = this.#random.pick(ids);
    await this.#turn(run);
    if (!this.#bases.has(id)) await this.#objects.inner.delete(`points/${id}`, signal);
  }

  #isThere(id: string): boolean {
    return this.#objects.inner.objects.has(`points/${id}`);
  }

  #live(): string[] {
    return this.#objects.inner.names("points/").map((name) => name.slice("points/".length));
  }

  get #vault(): Vault {
    if (this.#raw === null) throw new RangeError("not running");
    return this.#raw;
  }

  async #mustNotNeed(pack: string): Promise<void> {
    for (const id of this.#live())
      if ((await this.#packsOf(id)).has(pack)) this.#lost = `point ${id} lost the pack ${pack}.`;
  }

  async #packsOf(id: string): Promise<ReadonlySet<string>> {
    const known = this.#needed.get(id);
    if (known !== undefined) return known;
    const packs = new Set<string>();
    // Null: it was deleted since it was listed.
    const found = await this.#vault.getManifest(id, signal).catch(() => null);
    if (found === null) return packs;
    for (const { root } of found.manifest.disks) if (root !== null) await this.#walk(root, packs);
    this.#needed.set(id, packs);
    return packs;
  }

  async #walk(ref: NodeRef, packs: Set<string>): Promise<void> {
    const use = await this.#vault.nodeUse(ref, signal);
    for (const { pack } of use.packs) packs.add(pack);
    for (const child of use.children) await this.#walk(formatNodeRef(child), packs);
  }

  async #mustRead(id: string): Promise<void> {
    if (!this.#isThere(id)) return;
    const found = await this.#vault.getManifest(id, signal).catch(() => null);
    if (found === null) return;
    const { manifest } = found;
    const reader = this.#vault.openDisk(manifest.disks[0]?.root ?? null, DISK_BYTES);
    const content = this.#contents.get(id);
    if (content === undefined || !(await readAll(reader)).equals(content))
      this.#lost ??= `point ${id} of ${manifest.vm.name} has other bytes than its disk had.`;
  }

  /** Every point reads exactly, and when all is quiet, a collection leaves nothing that is not needed. */
  async #end(): Promise<void> {
    this.#objects.now += 3 * DAY;
    const store = this.#objects.view(() => Promise.resolve());
    const vault = await reopen(store);
    await collectByAge({ vault, store, olderThanMs: DAY, dryRun: false, signal });
    for (const id of this.#live()) await this.#mustRead(id);
    const { condemned } = await vault.planCollection({ keep: [], signal });
    if (condemned.length > 0) this.#lost ??= `${condemned.length} packs are left over.`;
    if (this.#lost !== null) throw new Error(`Seed ${this.#options.seed}: ${this.#lost}`);
  }
}

async function pointsOf(vault: Vault, name: string): Promise<ReadPoint[]> {
  const points: ReadPoint[] = [];
  for await (const { pointId } of vault.listManifests(signal)) {
    const found = await vault.getManifest(pointId, signal).catch(() => null);
    if (found?.manifest.vm.name === name) points.push({ pointId, ...found });
  }
  return points;
}

function lastTaken(points: readonly ReadPoint[]): ReadPoint | null {
  const times = points.map((point) => ({ point, at: Date.parse(point.manifest.times.takenAt) }));
  return times.toSorted((a, b) => b.at - a.at)[0]?.point ?? null;
}

function changed(before: ModelDisk, after: ModelDisk): Extent[] {
  const extents: Extent[] = [];
  for (let offset = 0; offset < DISK_BYTES; offset += BLOCK_BYTES) {
    const length = Math.min(BLOCK_BYTES, DISK_BYTES - offset);
    if (!before.bytes(offset, length).equals(after.bytes(offset, length)))
      extents.push({ offset, length, kind: "data" });
  }
  return extents;
}
