/** A store whose answers are wrong as seeded: what networks, proxies, caches and storage services can do to a vault. */
import { setImmediate as turn } from "node:timers/promises";
import { KluisError } from "@kluis/domain";
import { alreadyExists } from "../../src/errors.ts";
import {
  type BlobStore,
  checkAnswer,
  type GetOptions,
  MAX_ANSWER_BYTES,
  type ObjectInfo,
} from "../../src/store/port.ts";
import type { MemoryStore } from "../memory-store.ts";
import type { Random } from "./random.ts";

/**
 * Faults of one request. `lost`: it took effect and its answer got lost, so the caller sees a failure; `retried`: the same, and a client
 * that repeats a request reports that the object exists. `partial`: a cut object stays, and the caller sees a failure.
 */
export const requestFaults = [
  "error",
  "late",
  "slow",
  "lost",
  "retried",
  "partial",
  "flip",
  "cut",
  "longer",
  "inflated",
  "stale-list",
  "ghost-list",
  "stale-head",
] as const;
export type RequestFault = (typeof requestFaults)[number];

/** Faults that a request of each kind can have. */
const faultsOf = {
  put: ["error", "late", "slow", "lost", "retried", "partial"],
  get: ["error", "late", "slow", "flip", "cut", "longer", "inflated"],
  head: ["error", "slow", "stale-head", "inflated"],
  list: ["error", "slow", "stale-list", "ghost-list", "inflated"],
  delete: ["error", "late", "slow", "lost"],
} as const satisfies Record<string, readonly RequestFault[]>;

/** Requests of one operation of a small vault; more means that something repeats without end. */
const MOST_REQUESTS = 20_000;
const INFLATED_BYTES = 3 * 1024 ** 3;

export interface FaultOptions {
  readonly random: Random;
  /** Faults that may happen. */
  readonly faults: readonly RequestFault[];
  /** How likely a request has one. */
  readonly probability: number;
}

export class FaultStore implements BlobStore {
  readonly description = "faulty";
  readonly place = { kind: "folder", folder: "memory" } as const;
  readonly inner: MemoryStore;
  /** The faults that happened. */
  readonly happened = new Map<RequestFault, number>();
  /** Objects that were deleted or replaced, for replays. */
  readonly old = new Map<string, Buffer>();
  longest = 0;
  #options: FaultOptions | null = null;
  #requests = 0;

  constructor(inner: MemoryStore) {
    this.inner = inner;
  }

  /** From here on requests fail; null: none does. */
  use(options: FaultOptions | null): void {
    this.#options = options;
    this.#requests = 0;
  }

  async put(name: string, parts: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    const fault = await this.#begin("put", signal);
    if (fault === "partial" && !this.inner.objects.has(name)) {
      const whole = Buffer.concat(parts);
      await this.inner.put(name, [whole.subarray(0, this.#below(whole.length))], signal);
      throw unreachable("The connection was closed.");
    }
    await this.inner.put(name, parts, signal);
    if (fault === "lost" || fault === "late") throw unreachable("The answer did not arrive.");
    if (fault === "retried") throw alreadyExists(name);
  }

  async get(name: string, options: GetOptions): Promise<Uint8Array> {
    const { length, most } = options;
    if ((length ?? 0) > MAX_ANSWER_BYTES) throw new Error(`A read of ${length} bytes has no bound.`);
    const fault = await this.#begin("get", options.signal);
    if (fault === "inflated") checkAnswer(name, INFLATED_BYTES, most);
    const answer = Buffer.from(await this.inner.get(name, options));
    this.longest = Math.max(this.longest, answer.length);
    if (fault === "late") throw unreachable("The answer did not arrive in time.");
    if (answer.length === 0) return answer;
    if (fault === "flip") {
      const at = this.#below(answer.length);
      answer.writeUInt8(answer.readUInt8(at) ^ (1 << this.#below(8)), at);
    }
    if (fault === "cut") return answer.subarray(0, this.#below(answer.length));
    if (fault === "longer") return Buffer.concat([answer, answer.subarray(0, 1 + this.#below(64))]);
    return answer;
  }

  async head(name: string, signal: AbortSignal): Promise<ObjectInfo | null> {
    const fault = await this.#begin("head", signal);
    const info = await this.inner.head(name, signal);
    if (fault === "stale-head") return null;
    return info === null || fault !== "inflated" ? info : { ...info, bytes: INFLATED_BYTES };
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo> {
    const fault = await this.#begin("list", signal);
    const found = await Array.fromAsync(this.inner.list(prefix, signal));
    // A list of before the newest objects, or of before a deletion.
    if (fault === "stale-list") found.splice(found.length - 1 - this.#below(Math.max(1, found.length / 2)));
    if (fault === "ghost-list") {
      for (const [name, { length }] of this.old)
        if (name.startsWith(prefix) && !this.inner.objects.has(name)) found.push({ name, bytes: length });
    }
    for (const info of found) yield fault === "inflated" ? { ...info, bytes: INFLATED_BYTES } : info;
  }

  async delete(name: string, signal: AbortSignal): Promise<boolean> {
    const fault = await this.#begin("delete", signal);
    const was = this.inner.objects.get(name);
    if (was !== undefined) this.old.set(name, was);
    const existed = await this.inner.delete(name, signal);
    if (fault === "lost" || fault === "late") throw unreachable("The answer did not arrive.");
    return existed;
  }

  async #begin(kind: keyof typeof faultsOf, signal: AbortSignal): Promise<RequestFault | null> {
    signal.throwIfAborted();
    this.#requests += 1;
    if (this.#requests > MOST_REQUESTS) throw new Error("An operation makes requests without end.");
    const options = this.#options;
    if (options === null || !options.random.chance(options.probability)) return null;
    const able = options.faults.filter((fault) => faultsOf[kind].some((one) => one === fault));
    if (able.length === 0) return null;
    const fault = options.random.pick(able);
    this.happened.set(fault, (this.happened.get(fault) ?? 0) + 1);
    if (fault === "slow") for (let turns = options.random.below(20); turns > 0; turns--) await turn();
    if (fault === "error") throw unreachable("The connection was refused.");
    return fault;
  }

  #below(limit: number): number {
    return this.#options?.random.below(Math.max(1, Math.floor(limit))) ?? 0;
  }
}

function unreachable(message: string): KluisError {
  return new KluisError("VAULT_UNREACHABLE", { reason: "folder", message });
}
