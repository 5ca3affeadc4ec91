/**
 * A model of accounting and collection: writers, collectors, deleters and a database that is restored from an older copy take turns,
 * one statement or request at a time. Any of them may be killed at any turn.
 */
import type { NodeUse } from "@kluis/db";
import { KluisError, limits } from "@kluis/domain";
import { formatNodeRef, type NodeRef, splitNodeRef } from "@kluis/vault";
import { accountVault, rootOf } from "../../src/upkeep/collect/account.ts";
import { accountListed } from "../../src/upkeep/collect/listed.ts";
import { collectPass } from "../../src/upkeep/collect/pass.ts";
import { type MemoryWorld, memoryPort, Tables, writerPort } from "./memory-port.ts";

type Use = Pick<NodeUse, "children" | "packs">;
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
}

export class Model implements MemoryWorld {
  tables = new Tables();
  now = Date.UTC(2026, 0, 1);
  readonly orphans = new Set<string>();
  readonly rootOf = rootOf;
  /** The storage. */
  readonly packs = new Map<string, "chunks" | "nodes">();
  readonly manifests = new Map<string, { readonly jobId: string; readonly root: NodeRef } | "junk">();
  /** All that was ever written, to check against. */
  readonly #uses = new Map<string, Use>();
  readonly #junk = new Set<string>();
  readonly #options: ModelOptions;
  readonly #waiting: { actor: string; go: () => void; kill: (error: Error) => void }[] = [];
  #actor = "";
  #random: number;
  #made = 0;
  #ended = false;
  #copy: { tables: Tables; points: Set<string> } | null = null;
  #counts = { points: 0, deleted: 0, kills: 0, restores: 0, late: 0 };

  constructor(options: ModelOptions) {
    this.#options = options;
    this.#random = options.seed * 2_654_435_761 + 1;
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
    const [next] = this.#waiting.splice(this.pick(this.#waiting.length), 1);
    if (next === undefined) return;
    this.#actor = next.actor;
    if (isKilled && !this.#ended) {
      this.#counts.kills++;
      next.kill(new Killed("killed"));
    } else next.go();
    await new Promise((done) => setImmediate(done));
    this.#check();
  }

  /** Nothing that a point or an open job needs is gone. */
  #check(): void {
    for (const [pointId, manifest] of this.manifests) {
      if (manifest === "junk" || this.#junk.has(pointId)) continue;
      if (this.tables.jobs.get(manifest.jobId)?.state === "failed" || !this.#isNeeded(pointId)) continue;
      for (const pack of this.#reach(manifest.root))
        if (!this.packs.has(pack)) throw new Error(`Point ${pointId} lost pack ${pack}.`);
    }
    for (const [id, { state, held }] of this.tables.jobs) {
      if (state !== "open") continue;
      for (const ref of held)
        for (const pack of this.#reach(ref))
          if (!this.packs.has(pack)) throw new Error(`Job ${id} lost pack ${pack}.`);
    }
  }

  /** Deleted points are not; all others are, also those that the database does not know. */
  #isNeeded(pointId: string): boolean {
    const state = this.tables.points.get(pointId)?.state;
    return state === "available" || state === undefined;
  }

  #reach(ref: string, packs = new Set<string>()): Set<string> {
    const use = this.#uses.get(ref);
    for (const named of use?.packs ?? []) packs.add(named.pack);
    for (const child of use?.children ?? []) this.#reach(formatNodeRef(child), packs);
    return packs;
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
    const jobId = `job-${++this.#made}`;
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
    const kept = base === null ? [] : (this.#uses.get(base)?.children ?? []);
    for (let segment = 0; segment <= this.pick(3); segment++) {
      const before = kept[segment];
      if (before !== undefined && this.pick(3) === 0) segments.push(formatNodeRef(before));
      else await this.#segment(before === undefined ? null : formatNodeRef(before), { segments, hold });
    }
    for (;;) {
      const began = this.now;
      const children = segments.map(splitNodeRef);
      const root = await this.#put(3, { children, packs: [] });
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

  async #segment(
    base: NodeRef | null,
    { segments, hold }: { segments: NodeRef[]; hold: (ref: NodeRef, began: number) => boolean },
  ): Promise<void> {
    for (;;) {
      const began = this.now;
      const writer = writerPort(this);
      const packs = new Map<string, { pack: string; kind: "chunks" | "nodes"; live: number }>();
      const name = (pack: string): void => {
        packs.set(pack, { pack, kind: "chunks", live: 1 });
      };
      for (const { pack, kind } of base === null ? [] : (this.#uses.get(base)?.packs ?? []))
        if (kind === "chunks" && this.pick(3) > 0) name(pack);
      const fresh: string[] = [];
      for (let n = 0; n < 4; n++) {
        const chunk = `chunk-${this.pick(60)}`;
        await this.turn();
        const hit = writer.lookup(chunk);
        // After a database was restored, the comparison with the storage finds what is missing.
        if (hit !== null && this.packs.has(hit)) name(hit);
        else fresh.push(chunk);
      }
      if (fresh.length > 0) name(await this.#putPack("chunks", fresh));
      const ref = await this.#put(2, { children: [], packs: [...packs.values()] });
      if (!hold(ref, began)) continue;
      segments.push(ref);
      return;
    }
  }

  async #putPack(kind: "chunks" | "nodes", chunks: readonly string[]): Promise<string> {
    const pack = (++this.#made).toString(16).padStart(32, "0");
    await this.turn();
    this.packs.set(pack, kind);
    await this.turn();
    writerPort(this).add(pack, kind, chunks);
    return pack;
  }

  async #put(level: number, { children, packs }: Use): Promise<NodeRef> {
    const pack = (++this.#made).toString(16).padStart(32, "0");
    const ref = formatNodeRef({ level, digest: pack.padStart(48, "0"), pack, offset: 8, length: 100 });
    this.#uses.set(ref, { children, packs: [...packs, { pack, kind: "nodes", live: 100 }] });
    await this.turn();
    this.packs.set(pack, "nodes");
    await this.turn();
    writerPort(this).add(pack, "nodes", []);
    return ref;
  }

  readonly #vault = {
    nodeUse: async (ref: NodeRef): Promise<Use> => {
      await this.turn();
      const use = this.#uses.get(ref);
      if (use === undefined || !this.packs.has(splitNodeRef(ref).pack)) throw lost(ref);
      return use;
    },
    listManifests: (): AsyncIterable<{ pointId: string; bytes: number }> => this.#list(),
    getManifest: async (pointId: string) => {
      await this.turn();
      const manifest = this.manifests.get(pointId);
      if (manifest === undefined || manifest === "junk") throw lost(pointId);
      return { manifest: { jobId: manifest.jobId, disks: [{ root: manifest.root }] } };
    },
  };

  async *#list(): AsyncGenerator<{ pointId: string; bytes: number }> {
    const ids = [...this.manifests.keys()];
    await this.turn();
    for (const pointId of ids) yield { pointId, bytes: 1 };
  }

  readonly #store = {
    delete: async (pack: string): Promise<boolean> => {
      await this.turn();
      return this.packs.delete(pack);
    },
    list: async function* () {
      // The model has no moved tables.
    },
  };

  #parts() {
    const hasManifest = (pointId: string) => Promise.resolve(this.manifests.has(pointId));
    const shared = { port: memoryPort(this), vault: this.#vault, signal: new AbortController().signal };
    const packName = ({ packId }: { readonly packId: string }): string => packId;
    return { ...shared, hasManifest, store: this.#store, packName, graceMs: limits.packGraceMs };
  }

  async #collect(): Promise<void> {
    const parts = this.#parts();
    const { tables } = this;
    // A restored database ends every session: its runs begin again.
    const isSame = (): void => {
      if (this.tables !== tables) throw new Killed("the database was restored");
    };
    await accountListed(parts);
    isSame();
    await collectPass(parts);
    this.#counts.deleted = this.#made - this.packs.size;
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
      if (manifest !== "junk" && this.#isNeeded(id)) this.#reach(manifest.root, needed);
    return [...this.packs.keys()].filter((pack) => !needed.has(pack) && this.tables.packs.has(pack));
  }
}

function lost(object: string): KluisError {
  return new KluisError("VAULT_OBJECT_MISSING", { message: `${object} is missing.`, params: { object } });
}
