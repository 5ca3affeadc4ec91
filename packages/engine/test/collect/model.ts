/**
 * A model of accounting and collection: writers, collectors, deleters and a database that is restored from an older copy take turns,
 * one statement or request at a time. Any of them may be killed at any turn, and each has the wrong clock of its machine.
 */
import { limits } from "@kluis/domain";
import { type ChunkIndex, formatNodeRef, type NodeRef, splitNodeRef } from "@kluis/vault";
import { accountVault, rootOf } from "../../src/upkeep/collect/account.ts";
import { accountListed } from "../../src/upkeep/collect/listed.ts";
import { collectPass } from "../../src/upkeep/collect/pass.ts";
import { compactPass } from "../../src/upkeep/compact/round.ts";
import { linkListed } from "../../src/upkeep/compact/tables.ts";
import { MachineClocks } from "./machine-clocks.ts";
import { compactMemory } from "./memory-compact.ts";
import { type MemoryWorld, Tables, writerPort } from "./memory-tables.ts";
import { lost, ModelStorage } from "./model-storage.ts";
import { putNode, writeSegment } from "./model-writer.ts";

const MINUTE = 60_000;

class Killed extends Error {}

export interface ModelOptions {
  readonly seed: number;
  readonly steps: number;
  /** Longest time between two turns. */
  readonly turnMs: number;
}

export interface ModelResult {
  readonly points: number;
  readonly deleted: number;
  readonly kills: number;
  readonly restores: number;
  /** Segments that took too long to be used. */
  readonly late: number;
  /** Packs whose content a compaction moved, and those that lost their object then. */
  readonly compacted: number;
  readonly removed: number;
}

export class Model implements MemoryWorld {
  tables = new Tables();
  now = Date.UTC(2026, 0, 1);
  readonly orphans = new Set<string>();
  readonly rootOf = rootOf;
  readonly storage = new ModelStorage(() => this.turn());
  readonly manifests = new Map<string, { readonly jobId: string; readonly root: NodeRef } | "junk">();
  readonly #junk = new Set<string>();
  readonly #slowUntil = new Map<string, number>();
  readonly #clocks: MachineClocks;
  readonly #options: ModelOptions;
  readonly #waiting: { actor: string; go: () => void; kill: (error: Error) => void }[] = [];
  #actor = "";
  #random: number;
  #ended = false;
  #copy: { tables: Tables; points: Set<string> } | null = null;
  #counts = { points: 0, deleted: 0, kills: 0, restores: 0, late: 0, compacted: 0, removed: 0 };

  constructor(options: ModelOptions) {
    this.#options = options;
    this.#random = options.seed * 2_654_435_761 + 1;
    this.#clocks = new MachineClocks(options.seed);
  }

  /** A number from 0 to `below` - 1. */
  pick(below: number): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * below);
  }

  turn(): Promise<void> {
    const actor = this.#actor;
    return new Promise((go, kill) => this.#waiting.push({ actor, go, kill }));
  }

  async run(): Promise<ModelResult> {
    const actors = [
      this.#repeat("writer a", () => this.#backUp()),
      this.#repeat("writer b", () => this.#backUp()),
      this.#repeat("writer c", () => this.#backUp()),
      this.#repeat("collector a", () => this.#collect()),
      this.#repeat("collector b", () => this.#collect()),
      this.#repeat("accountant", () => this.#account()),
      this.#repeat("deleter", () => this.#delete()),
      this.#repeat("reconciler", () => this.#reconcile()),
    ];
    for (let step = 0; step < this.#options.steps; step++) {
      this.now += this.pick(this.#options.turnMs);
      if (this.pick(200) === 0) this.now += 3 * 60 * MINUTE;
      if (this.pick(400) === 0) this.#keepCopy();
      if (this.pick(900) === 0) this.#restore();
      await this.#step(this.pick(40) === 0);
    }
    this.#ended = true;
    while (this.#waiting.length > 0) await this.#step(false);
    await Promise.all(actors);
    await this.#settle();
    return this.#counts;
  }

  /** Lets one actor go on to its next turn. */
  async #step(isKilled: boolean): Promise<void> {
    const awake = this.#waiting.filter(
      ({ actor }) => this.#ended || (this.#slowUntil.get(actor) ?? 0) <= this.now,
    );
    const from = awake.length === 0 ? this.#waiting : awake;
    const next = from[this.pick(from.length)];
    if (next === undefined) return;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    // A machine that is slow for a while: all others continue.
    if (this.pick(60) === 0) this.#slowUntil.set(next.actor, this.now + this.pick(70) * MINUTE);
    this.#actor = next.actor;
    const isDead = isKilled && !this.#ended;
    if (isDead) this.#counts.kills++;
    const go = isDead ? () => next.kill(new Killed("killed")) : next.go;
    await this.#clocks.turn(next.actor, this.now, go);
    this.#check();
  }

  /** Nothing that a point or an open job needs is gone. */
  #check(): void {
    for (const [pointId, manifest] of this.manifests) {
      if (manifest === "junk" || this.#junk.has(pointId)) continue;
      if (this.tables.jobs.get(manifest.jobId)?.state === "failed" || !this.#isNeeded(pointId)) continue;
      const gone = this.storage.missing(manifest.root);
      if (gone !== null) throw new Error(`Point ${pointId} lost ${gone}.`);
    }
    for (const [id, { state, held }] of this.tables.jobs) {
      if (state !== "open") continue;
      for (const ref of held) {
        const gone = this.storage.missing(ref);
        if (gone !== null) throw new Error(`Job ${id} lost ${gone}.`);
      }
    }
  }

  /** Deleted points are not; all others are, also those that the database does not know. */
  #isNeeded(pointId: string): boolean {
    const state = this.tables.points.get(pointId)?.state;
    return state === "available" || state === undefined;
  }

  async #repeat(actor: string, work: () => Promise<void>): Promise<void> {
    while (!this.#ended) {
      this.#actor = actor;
      try {
        await this.turn();
        await work();
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    }
  }

  async #backUp(): Promise<void> {
    const jobId = `job-${this.storage.newId()}`;
    const { tables } = this;
    const available = [...tables.points].filter(([, { state }]) => state === "available");
    const base = available[this.pick(available.length + 1)]?.[1].roots[0] ?? null;
    tables.jobs.set(jobId, { state: "open", held: base === null ? [] : [base] });
    const hold = (ref: NodeRef, began: number): boolean => {
      const job = this.tables === tables ? tables.jobs.get(jobId) : undefined;
      if (job?.state !== "open") throw new Killed("the job has ended");
      if (this.now - began > limits.segmentLongestMs) {
        this.#counts.late++;
        return false;
      }
      job.held.push(ref);
      return true;
    };
    const segments: NodeRef[] = [];
    const kept = base === null ? [] : (this.storage.uses.get(base)?.children ?? []);
    for (let segment = 0; segment <= this.pick(3); segment++) {
      const before = kept[segment];
      if (before !== undefined && this.pick(3) === 0) segments.push(formatNodeRef(before));
      else await writeSegment(this, before === undefined ? null : formatNodeRef(before), { segments, hold });
    }
    for (;;) {
      const began = this.now;
      const children = segments.map(splitNodeRef);
      const root = await putNode(this, 3, { children, packs: [], items: [] });
      if (!hold(root, began)) continue;
      await this.turn();
      this.manifests.set(`point-${jobId}`, { jobId, root });
      await this.turn();
      this.#addPoint({ tables, jobId, root });
      return;
    }
  }

  /** The transaction that adds the point and ends the job. */
  #addPoint({ tables, jobId, root }: { tables: Tables; jobId: string; root: NodeRef }): void {
    const job = this.tables === tables ? tables.jobs.get(jobId) : undefined;
    if (job?.state !== "open") throw new Killed("the job has ended");
    job.state = "succeeded";
    const id = `point-${jobId}`;
    tables.points.set(id, { state: "available", roots: [root] });
    const known = tables.accounts.get(id)?.state;
    if (known === undefined || known === "unreadable")
      tables.accounts.set(id, { state: "waiting", roots: [rootOf(root)], retryAt: 0 });
    this.#counts.points++;
  }

  readonly #vault = {
    ...this.storage.vault,
    getManifest: async (pointId: string) => {
      await this.turn();
      const manifest = this.manifests.get(pointId);
      if (manifest === undefined || manifest === "junk") throw lost(pointId);
      return { manifest: { jobId: manifest.jobId, disks: [{ root: manifest.root }] } };
    },
  };

  /** The index of the database, for a compaction. */
  readonly #index: ChunkIndex = {
    lookup: async (ids) => {
      await this.turn();
      const writer = writerPort(this);
      return new Map(
        ids.flatMap((id) => {
          const place = writer.lookup(id);
          return place === null ? [] : [[id, { ...place, length: 1 }]];
        }),
      );
    },
    add: async ({ pack, kind }, entries) => {
      await this.turn();
      writerPort(this).add(
        pack,
        kind,
        entries.map(({ id }) => id),
      );
    },
    removePacks: () => Promise.resolve(),
  };

  /** The list is read before the accounts, and may be older than them. */
  async #list(): Promise<readonly string[]> {
    const ids = [...this.manifests.keys()];
    await this.turn();
    await this.turn();
    return ids;
  }

  #parts() {
    const hasManifest = (pointId: string) => Promise.resolve(this.manifests.has(pointId));
    const { store } = this.storage;
    const port = compactMemory(this, this.#index);
    const shared = { port, vault: this.#vault, store, signal: new AbortController().signal };
    const packName = ({ packId }: { readonly packId: string }): string => packId;
    const deleteObject = async ({ packId }: { readonly packId: string }): Promise<void> => {
      await store.delete(packId);
    };
    return { ...shared, hasManifest, deleteObject, packName, graceMs: limits.packGraceMs };
  }

  async #collect(): Promise<void> {
    const parts = this.#parts();
    const { tables } = this;
    // A restored database ends every session: its runs begin again.
    const isSame = (): void => {
      if (this.tables !== tables) throw new Killed("the database was restored");
    };
    await accountListed({ ...parts, listed: await this.#list() });
    isSame();
    await linkListed(parts);
    isSame();
    await collectPass(parts);
    isSame();
    const { compacted, removed } = await compactPass(parts);
    this.#counts.compacted += compacted;
    this.#counts.removed += removed;
    this.#counts.deleted = this.storage.made - this.storage.packs.size;
  }

  async #account(): Promise<void> {
    await accountVault(this.#parts());
  }

  async #delete(): Promise<void> {
    for (let pause = this.pick(30); pause > 0; pause--) await this.turn();
    const { tables } = this;
    const available = [...tables.points].filter(([, { state }]) => state === "available");
    const [id, point] = available[this.pick(available.length)] ?? [];
    if (id === undefined || point === undefined) return;
    point.state = "deleting";
    await this.turn();
    this.manifests.delete(id);
    await this.turn();
    if (this.tables !== tables) return;
    this.#markDeleted(id);
  }

  /** The transaction that marks a point deleted. */
  #markDeleted(id: string): void {
    const { points, accounts } = this.tables;
    const point = points.get(id);
    if (point !== undefined) point.state = "deleted";
    const account = accounts.get(id);
    if (account?.state === "waiting") accounts.delete(id);
    else if (account?.state === "accounted") account.state = "leaving";
  }

  /** Ends jobs that were killed, removes what they left, and continues deletions. */
  async #reconcile(): Promise<void> {
    for (let pause = this.pick(20); pause > 0; pause--) await this.turn();
    const open = [...this.tables.jobs].filter(([, { state }]) => state === "open");
    if (open.length > 3 && open[0] !== undefined) open[0][1].state = "failed";
    await this.turn();
    for (const id of this.orphans) this.manifests.delete(id);
    this.orphans.clear();
    if (this.pick(10) === 0) this.manifests.set("zzz", "junk");
  }

  #keepCopy(): void {
    this.#copy = { tables: structuredClone(this.tables), points: new Set(this.manifests.keys()) };
  }

  /** An older database: its points whose manifests are gone since are marked, as a comparison at the start does. */
  #restore(): void {
    if (this.#copy === null) return;
    this.#counts.restores++;
    this.tables = this.#copy.tables;
    this.#copy = null;
    for (const job of this.tables.jobs.values()) if (job.state === "open") job.state = "failed";
    for (const [id, point] of this.tables.points) {
      if (this.manifests.has(id) || point.state === "deleted") continue;
      this.#markDeleted(id);
    }
    // Every engine starts again with it.
    for (const { kill } of this.#waiting.splice(0)) kill(new Killed("the database was restored"));
  }

  /** When all is quiet, exactly what points need is left, except what cannot be known any more. */
  async #settle(): Promise<void> {
    for (const job of this.tables.jobs.values()) if (job.state === "open") job.state = "failed";
    for (const [id, point] of this.tables.points) {
      if (point.state !== "deleting") continue;
      this.manifests.delete(id);
      this.#markDeleted(id);
    }
    for (let round = 0; round < 5; round++) {
      this.now += 24 * 60 * MINUTE;
      const done = this.#collect().then(() => "done");
      for (;;) {
        const first = await Promise.race([done, new Promise((go) => setImmediate(go))]);
        if (first === "done") break;
        await this.#step(false);
      }
      for (const id of this.orphans) this.manifests.delete(id);
    }
  }

  /** Packs that the database knows and that nothing needs. */
  garbage(): string[] {
    const needed = new Set<string>();
    for (const [id, manifest] of this.manifests)
      if (manifest !== "junk" && this.#isNeeded(id)) this.storage.reach(manifest.root, needed);
    return [...this.storage.packs.keys()].filter((pack) => !needed.has(pack) && this.tables.packs.has(pack));
  }
}
