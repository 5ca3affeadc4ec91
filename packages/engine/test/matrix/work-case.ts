/** A case of work for a whole subscription or vault: discovery, the sweep, collection, and the test of a connection. */
import { listConnections } from "@kluis/db";
import type { Engine } from "../../src/engine.ts";
import { discover } from "../../src/inventory/discover.ts";
import { testConnection } from "../../src/runtime/tests.ts";
import { collectVaults } from "../../src/upkeep/collect.ts";
import { sweepAzure } from "../../src/upkeep/sweep.ts";
import type { World } from "../world.ts";
import { isWorkTrigger, type WorkTrigger } from "./operations.ts";
import { type Parts, Refused } from "./refused.ts";
import { asShown, messageProblems, type Pair, type Shown, type Verdict } from "./verdict.ts";

interface WorkParts extends Parts {
  readonly engine: Engine;
}

/** Runs of a sweep: more than it has pages here. */
const MOST_RUNS = 20;
const LIMIT_MS = 60_000;

/**
 * The refusal is in force while the work runs, once in each part of the week, so that several cases of one week do not disturb each
 * other.
 */
export class WorkCase {
  readonly pair: Pair;
  readonly #parts: WorkParts;
  readonly #trigger: WorkTrigger;
  readonly #refused: Refused;
  #shown: Shown | null = null;
  #failed = false;

  constructor(parts: WorkParts, pair: Pair) {
    const { by } = pair.operation;
    if (!isWorkTrigger(by)) throw new Error(`${pair.operation.name} belongs to a job.`);
    this.pair = pair;
    this.#parts = parts;
    this.#trigger = by;
    this.#refused = new Refused(parts, pair);
  }

  async runRefused(): Promise<void> {
    await this.#refused.place(null);
    const shown = await this.#run();
    await this.#refused.lift();
    this.#failed = shown !== null;
    this.#shown = shown ?? this.#shown;
  }

  /** Runs the work once more, after Azure has recovered. */
  async verdict(): Promise<Verdict> {
    const { operation, refusal } = this.pair;
    const after = await this.#run();
    const problems = messageProblems(this.#shown);
    if (after !== null)
      problems.push(`After the recovery it fails: ${after.code} ${after.message.slice(0, 120)}`);
    if (this.#refused.hits === 0)
      problems.push("No call was refused: the engine no longer makes this call here.");
    return {
      operation: operation.name,
      refusal,
      hits: this.#refused.hits,
      during: this.#failed ? "failed" : "succeeded",
      end: after === null ? "succeeded" : "failed",
      code: this.#shown?.code ?? null,
      problems,
    };
  }

  /** Runs the work, and returns the error that a page shows of it. */
  async #run(): Promise<Shown | null> {
    const { world, engine } = this.#parts;
    const signal = AbortSignal.timeout(LIMIT_MS);
    const thrown: unknown = await works[this.#trigger](engine, signal).then(
      () => null,
      (error: unknown) => error,
    );
    const stored = await problems[this.#trigger](world);
    return asShown(stored) ?? asShown(thrown);
  }
}

/** Runs each kind of work once, as its task does. */
export const works: Readonly<Record<WorkTrigger, (engine: Engine, signal: AbortSignal) => Promise<unknown>>> =
  {
    discover: ({ deps }, signal) => discover(deps, null, signal),
    async sweep({ deps }, signal) {
      for (let runs = 0; runs < MOST_RUNS; runs++)
        if ((await sweepAzure(deps, { signal, safetyMs: 0 })) === null) return;
    },
    collect: ({ deps }, signal) => collectVaults(deps, { signal }),
    async "connection-test"({ deps }, signal) {
      for (const { row } of deps.connections.list()) await testConnection(deps, row.id, signal);
    },
  };

const problems: Readonly<Record<WorkTrigger, (world: World) => Promise<unknown>>> = {
  async discover({ db }) {
    const rows = await db.prisma.subscription.findMany({ where: { problem: { not: { equals: null } } } });
    return rows.map(({ problem }) => problem).find((problem) => asShown(problem) !== null);
  },
  sweep: (world) => lastErrorOf(world, "sweep"),
  collect: (world) => lastErrorOf(world, "collection"),
  async "connection-test"({ db }) {
    const rows = await listConnections(db.prisma);
    return rows
      .flatMap(({ test }) => [test?.error, ...(test?.subscriptions.map(({ error }) => error) ?? [])])
      .find((error) => asShown(error) !== null);
  },
};

async function lastErrorOf({ db }: World, name: string): Promise<unknown> {
  const row = await db.prisma.recurringWork.findUnique({ where: { name } });
  return row?.error ?? row?.lastError ?? null;
}
