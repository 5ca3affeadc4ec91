import { randomUUID } from "node:crypto";
import type { StateStore } from "../state/store.ts";
import { type FaultEffect, type FaultInput, type FaultRule, faultInputSchema } from "./model.ts";

/** A call as faults see it. */
export interface FaultableCall {
  operation: string;
  method?: string;
  path?: string;
}

/** The faults that were asked for, in the order they were added; the first one that hits a call decides. */
export class Faults {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  list(): FaultRule[] {
    return this.#store.state.faults;
  }

  async add(input: FaultInput): Promise<FaultRule> {
    const { match, effect, skip, times, probability, seed } = faultInputSchema.parse(input);
    if (match.path !== undefined) new RegExp(match.path);
    const rule: FaultRule = { id: randomUUID(), match, effect, skip, probability, seed, hits: 0 };
    if (times !== undefined) rule.times = times;
    this.#store.state.faults.push(rule);
    await this.#store.flush();
    return rule;
  }

  async clear(id?: string): Promise<void> {
    this.#store.state.faults =
      id === undefined ? [] : this.#store.state.faults.filter((rule) => rule.id !== id);
    await this.#store.flush();
  }

  /** The effect that hits this call, if any; counts the call. */
  take(call: FaultableCall): FaultEffect | undefined {
    for (const rule of this.#store.state.faults) {
      if (rule.times === 0 || !matches(rule, call)) continue;
      if (rule.skip > 0) {
        rule.skip--;
        continue;
      }
      if (rule.probability < 1) {
        const { value, seed } = nextRandom(rule.seed);
        rule.seed = seed;
        if (value >= rule.probability) continue;
      }
      rule.hits++;
      if (rule.times !== undefined) rule.times--;
      return rule.effect;
    }
    return undefined;
  }
}

function matches(rule: FaultRule, call: FaultableCall): boolean {
  const { operation, method, path } = rule.match;
  if (operation !== undefined && !matchesName(operation, call.operation)) return false;
  if (method !== undefined && method.toUpperCase() !== call.method) return false;
  // Work and guest faults are no requests: a rule hits them only when it names them.
  if (operation === undefined && call.method === undefined) return false;
  return path === undefined || (call.path !== undefined && new RegExp(path, "i").test(call.path));
}

function matchesName(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** mulberry32: small, seedable, the same on every machine. */
export function nextRandom(seed: number): { value: number; seed: number } {
  const next = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(next ^ (next >>> 15), 1 | next);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296, seed: next };
}
