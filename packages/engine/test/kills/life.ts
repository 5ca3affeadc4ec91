/** An engine's process that dies at a chosen edge: before or after a commit, or a write to a vault. It has no effect afterwards. */
import { openEdgedDatabase } from "@kluis/db/testing";
import type { BlobStore } from "@kluis/vault";
import type { EngineDeps } from "../../src/deps.ts";
import { openDeps } from "../../src/engine.ts";
import { parseEngineEnv } from "../../src/env.ts";
import { openLog } from "../../src/log.ts";
import { DatabaseClock } from "../../src/runtime/database-clock.ts";
import type { World } from "../world.ts";

export type Side = "before" | "after";

/** Whether the process dies before or after this edge. */
export type Chooser = (edge: string, side: Side) => boolean;

class Killed extends Error {
  constructor() {
    super("The process was killed.");
  }
}

export class Life implements AsyncDisposable {
  readonly deps: EngineDeps;
  readonly #fate: Fate;

  private constructor(deps: EngineDeps, fate: Fate) {
    this.deps = deps;
    this.#fate = fate;
    const { vaults } = deps;
    const open = vaults.open.bind(vaults);
    const watched = new WeakSet<BlobStore>();
    vaults.open = async (id) => {
      const opened = await open(id);
      if (!watched.has(opened.store)) watch(opened.store, fate);
      watched.add(opened.store);
      return opened;
    };
  }

  static async begin(world: World, dies: Chooser): Promise<Life> {
    let isBorn = false;
    const fate = new Fate(world, (edge, side) => isBorn && dies(edge, side));
    const config = parseEngineEnv(world.engineEnv);
    const db = await openEdgedDatabase(config.databaseUrl, {
      name: fate.name,
      at: (edge, work) => fate.at(edge, work),
    });
    const machine = world.clock;
    const clock = await DatabaseClock.open(db, machine);
    const log = openLog({ format: "text", level: config.logLevel });
    const deps = await openDeps({ config, db, machine, clock, log, options: { vaultRetryMs: 20 } });
    // As before each task.
    await Promise.all([deps.connections.refresh(), deps.vaults.refresh()]);
    isBorn = true;
    return new Life(deps, fate);
  }

  get isDead(): boolean {
    return this.#fate.end !== null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fate.end;
    await this.deps.db.close();
  }
}

let lives = 0;

class Fate {
  readonly name = `life-${++lives}`;
  /** The end of its sessions; null while it lives. */
  end: Promise<unknown> | null = null;
  readonly #world: World;
  readonly #dies: Chooser;

  constructor(world: World, dies: Chooser) {
    this.#world = world;
    this.#dies = dies;
  }

  /** Runs what makes an edge durable, unless the process dies before it, or is dead. */
  async at<T>(edge: string | null, work: () => Promise<T>): Promise<T> {
    if (this.end !== null || (edge !== null && this.#dies(edge, "before"))) throw this.#die();
    const diesAfter = edge !== null && this.#dies(edge, "after");
    const result = await work();
    if (diesAfter) throw this.#die();
    return result;
  }

  /** PostgreSQL ends what the process has begun. */
  #die(): Killed {
    this.end ??= this.#world.db.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
      [this.name],
    );
    return new Killed();
  }
}

function watch(store: BlobStore, fate: Fate): void {
  const [put, remove, get] = [store.put.bind(store), store.delete.bind(store), store.get.bind(store)];
  store.put = (name, parts, signal) => fate.at(`put ${folderOf(name)}`, () => put(name, parts, signal));
  store.delete = (name, signal) => fate.at(`delete ${folderOf(name)}`, () => remove(name, signal));
  store.get = (name, options) => fate.at(null, () => get(name, options));
}

const folderOf = (name: string): string => name.split("/")[0] ?? name;
