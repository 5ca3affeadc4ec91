/**
 * Rounds of backups, restores, verifications and collections on a store with faults. Every outcome is one of two: the content bit for bit,
 * or an error whose code says that the store does not answer, or names the object that is wrong.
 */
import { KluisError } from "@kluis/domain";
import { MemoryChunkIndex, type NodeRef, openVault, type Vault } from "../../src/index.ts";
import {
  type Backup,
  backUp,
  ModelDisk,
  manifestOf,
  newVault,
  noise,
  readAll,
  signal,
  smallLimits,
  testKeys,
} from "../fixtures.ts";
import { MemoryStore } from "../memory-store.ts";
import { FaultStore, type RequestFault, requestFaults } from "./fault-store.ts";
import { type Harm, harm, harms } from "./harm.ts";
import { KnownDamage } from "./known-damage.ts";
import { type Random, randomOf } from "./random.ts";

const KIB = 1024;
const DISK_BYTES = 1_088 * KIB + 1_536;
const TRIES = 4;

/** Codes of a store that does not answer, and of an object that is wrong; the latter must name it. */
const unanswered: ReadonlySet<string> = new Set(["VAULT_UNREACHABLE"]);
const named: ReadonlySet<string> = new Set([
  "VAULT_DATA_DAMAGED",
  "VAULT_OBJECT_MISSING",
  "VAULT_OBJECT_EXISTS",
]);
/** Only where a vault is opened. */
const opening: ReadonlySet<string> = new Set([
  "VAULT_NOT_INITIALISED",
  "VAULT_KEY_WRONG",
  "VAULT_VERSION_UNSUPPORTED",
]);

interface Point {
  readonly root: NodeRef | null;
  readonly rootDigest: string;
  readonly content: Buffer;
}

export interface RoundOptions {
  readonly seed: number;
  /** `requests`: requests fail; `objects`: stored objects change; `both`. */
  readonly mode: "requests" | "objects" | "both";
  readonly steps: number;
}

export interface RoundReport {
  readonly survived: number;
  readonly detected: number;
  readonly faults: ReadonlyMap<RequestFault | Harm, number>;
  /** The longest answer that a reader was ready to take. */
  readonly longest: number;
}

/** @throws the first outcome that is neither right bytes nor a named error */
export async function runRound(options: RoundOptions): Promise<RoundReport> {
  const { vault, store, index } = await newVault(new FaultStore(new MemoryStore()));
  return new Round({ vault, store, index, options }).run();
}

interface RoundParts {
  readonly vault: Vault;
  readonly store: FaultStore;
  readonly index: MemoryChunkIndex;
  readonly options: RoundOptions;
}

class Round {
  readonly #store: FaultStore;
  readonly #index: MemoryChunkIndex;
  readonly #options: RoundOptions;
  readonly #random: Random;
  readonly #disk = new ModelDisk(DISK_BYTES);
  readonly #points = new Map<string, Point>();
  readonly #known = new KnownDamage();
  readonly #condemned = new Set<string>();
  readonly #harms = new Map<Harm, number>();
  #vault: Vault;
  #made = 0;
  #isHarmed = false;
  #survived = 0;
  #detected = 0;

  constructor({ vault, store, index, options }: RoundParts) {
    this.#vault = vault;
    this.#store = store;
    this.#index = index;
    this.#options = options;
    this.#random = randomOf(options.seed);
  }

  async run(): Promise<RoundReport> {
    this.#disk.write(0, noise(220 * KIB, this.#options.seed));
    await this.#backup();
    for (let step = 0; step < this.#options.steps; step++) await this.#step();
    this.#store.use(null);
    await this.#end();
    return {
      survived: this.#survived,
      detected: this.#detected,
      faults: new Map<RequestFault | Harm, number>([...this.#store.happened, ...this.#harms]),
      longest: this.#store.longest,
    };
  }

  async #step(): Promise<void> {
    const random = this.#random;
    const { mode } = this.#options;
    if (mode !== "requests" && random.chance(0.25)) this.#harm();
    this.#change();
    const work = random.pick([
      () => this.#backup(),
      () => this.#backup(),
      () => this.#restore(),
      () => this.#verify(),
      () => this.#collect(),
      () => this.#delete(),
      () => this.#reopen(),
      () => this.#rebuild(),
    ]);
    await work();
  }

  /** The faults of the next operation. A collection needs complete lists: see docs/vault-format.md. */
  #faults(without: readonly RequestFault[] = []): void {
    if (this.#options.mode === "objects") return this.#store.use(null);
    const faults = requestFaults.filter((fault) => !without.includes(fault));
    const probability = this.#random.pick([0, 0.01, 0.05, 0.2]);
    this.#store.use({ random: this.#random, faults, probability });
  }

  #harm(): void {
    const kind = this.#random.pick(harms);
    if (harm(this.#store, kind, this.#random).length > 0) this.#isHarmed = true;
    this.#harms.set(kind, (this.#harms.get(kind) ?? 0) + 1);
  }

  #change(): void {
    const random = this.#random;
    const offset = random.below(DISK_BYTES);
    if (random.chance(0.2)) this.#disk.clear(offset, random.below(100 * KIB));
    else this.#disk.write(offset, noise(1 + random.below(70 * KIB), random.below(6)));
  }

  /** Runs an operation. Returns null when it failed as it may. */
  async #try<T>(work: () => Promise<T>, more: ReadonlySet<string> = new Set()): Promise<T | null> {
    try {
      const result = await work();
      this.#survived += 1;
      return result;
    } catch (error) {
      if (!isNamed(error) && !(error instanceof KluisError && more.has(error.code)))
        throw new Error(`Seed ${this.#options.seed}: an error without a name.`, { cause: error });
      this.#known.note(error);
      this.#detected += 1;
      return null;
    }
  }

  async #backup(): Promise<void> {
    const random = this.#random;
    const base = random.chance(0.8) ? ([...this.#points.values()].at(-1)?.root ?? null) : null;
    const source = this.#disk.snapshot();
    const delta = { delta: "digest-comparison", extents: source.allocated() } as const;
    this.#faults();
    let made: Backup | null = null;
    for (let n = 0; n < TRIES && made === null; n++) {
      const known = { avoid: this.#known.set(), index: this.#known.index(this.#index) };
      made = await this.#try(() => backUp(this.#vault, { source, ...delta, base, ...known }));
    }
    if (made === null) return;
    this.#known.heal(made.healed);
    for (const error of made.unreadable) this.#known.note(error);
    const id = `p${(this.#made += 1)}`;
    const { root, rootDigest } = made;
    const manifest = manifestOf(this.#vault, id, { ...made, diskBytes: source.size });
    let isStored = false;
    for (let n = 0; n < TRIES && !isStored; n++)
      isStored = (await this.#try(() => this.#vault.putManifest(manifest, signal))) !== null;
    // Its answers got lost: it may exist, and then it holds the same.
    this.#points.set(id, { root, rootDigest, content: source.bytes(0, source.size) });
    this.#store.use(null);
    // A cut manifest makes no point.
    if (!isStored && (await this.#try(() => this.#vault.getManifest(id, signal))) === null)
      this.#points.delete(id);
  }

  #pick(): readonly [string, Point] | null {
    return this.#points.size === 0 ? null : this.#random.pick([...this.#points]);
  }

  async #restore(): Promise<void> {
    const chosen = this.#pick();
    if (chosen === null) return;
    this.#faults();
    await this.#read(this.#vault, chosen);
  }

  /** Reads a point. Other bytes than those that were backed up are the worst outcome. */
  async #read(vault: Vault, [id, { root, content }]: readonly [string, Point]): Promise<boolean> {
    const bytes = await this.#try(() => readAll(vault.openDisk(root, content.length)));
    if (bytes !== null && !bytes.equals(content))
      throw new Error(`Seed ${this.#options.seed}: ${id} was restored with other bytes.`);
    return bytes !== null;
  }

  async #verify(): Promise<void> {
    const chosen = this.#pick();
    if (chosen === null) return;
    const mode = this.#random.pick(["quick", "full"] as const);
    this.#faults();
    const result = await this.#try(() => this.#vault.verifyPoint(chosen[0], { mode, signal }));
    for (const { finding } of result?.problems ?? []) if (finding) this.#known.add(finding);
    if (result !== null && result.ok !== (result.problems.length === 0))
      throw new Error(`Seed ${this.#options.seed}: a verification contradicts itself.`);
  }

  async #collect(): Promise<void> {
    this.#faults(["stale-list"]);
    const plan = await this.#try(() => this.#vault.planCollection({ keep: [], signal }));
    for (const pack of plan?.condemned ?? []) this.#condemned.add(pack);
    this.#index.condemn(plan?.condemned ?? []);
    if (this.#random.chance(0.5)) await this.#sweep();
  }

  async #sweep(): Promise<void> {
    const condemned = [...this.#condemned];
    const swept = await this.#try(() => this.#vault.sweep({ condemned, keep: [], signal }));
    if (swept === null) return;
    this.#index.reprieve(swept.reprieved);
    this.#condemned.clear();
  }

  async #delete(): Promise<void> {
    const chosen = this.#pick();
    if (chosen === null || this.#points.size < 3) return;
    const [id] = chosen;
    this.#faults();
    await this.#try(() => this.#vault.deleteManifest(id, signal));
    if (!this.#store.inner.objects.has(`points/${id}`)) this.#points.delete(id);
  }

  async #reopen(): Promise<void> {
    const { store, index } = { store: this.#store, index: this.#index };
    this.#faults();
    const opened = { store, keys: testKeys(), index, limits: smallLimits(), signal };
    this.#vault = (await this.#try(() => openVault(opened), opening)) ?? this.#vault;
  }

  async #rebuild(): Promise<void> {
    this.#faults();
    await this.#try(() => this.#vault.rebuildIndex(new MemoryChunkIndex(), signal));
  }

  /** The store works again. Without harm to objects every point reads in full, and nothing is left over. */
  async #end(): Promise<void> {
    const fresh = await this.#try(
      () => openVault({ store: this.#store, keys: testKeys(), index: this.#index, signal }),
      opening,
    );
    if (fresh === null) return;
    for (const point of this.#points) {
      const isWhole = await this.#read(fresh, point);
      const stayed = await this.#read(this.#vault, point);
      const hasManifest = this.#store.inner.objects.has(`points/${point[0]}`);
      const full = await this.#try(() => fresh.verifyPoint(point[0], { mode: "full", signal }));
      if (full?.ok === true && !isWhole)
        throw new Error(`Seed ${this.#options.seed}: ${point[0]} was verified, and cannot be read.`);
      if (this.#isHarmed) continue;
      if (!isWhole || !stayed || !hasManifest || full?.ok !== true)
        throw new Error(`Seed ${this.#options.seed}: ${point[0]} is lost although no object was harmed.`, {
          cause: { isWhole, stayed, hasManifest, problems: full?.problems },
        });
    }
    if (!this.#isHarmed) await this.#endCollection(fresh);
  }

  async #endCollection(vault: Vault): Promise<void> {
    // Cut manifests that a request left are junk, which a person removes.
    for (const name of this.#store.inner.names("points/"))
      if (!this.#points.has(name.slice("points/".length))) this.#store.inner.objects.delete(name);
    const { condemned } = await vault.planCollection({ keep: [], signal });
    await vault.sweep({ condemned: [...new Set([...condemned, ...this.#condemned])], keep: [], signal });
    const again = await vault.planCollection({ keep: [], signal });
    if (again.condemned.length > 0) throw new Error(`Seed ${this.#options.seed}: packs are left over.`);
    for (const point of this.#points)
      if (!(await this.#read(vault, point)))
        throw new Error(`Seed ${this.#options.seed}: a collection took content of ${point[0]}.`);
  }
}

function isNamed(error: unknown): boolean {
  if (!(error instanceof KluisError)) return false;
  if (unanswered.has(error.code)) return true;
  return named.has(error.code) && typeof error.params["object"] === "string" && error.params["object"] !== "";
}
