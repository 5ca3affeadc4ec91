/** The fault rules of a local Azure: which rule hits, and with which effect. */
import { randomUUID } from "node:crypto";
import type { StateStore } from "../state/store.ts";
import {
  applyToCall,
  applyToWork,
  type CallOutcome,
  type CallUnderFault,
  type FaultEffect,
  type WorkUnderFault,
} from "./effects.ts";
import { appliesTo } from "./refusal-kinds.ts";
import type { RefusalName } from "./refusal-names.ts";
import { refusals } from "./refusals.ts";
import { type FaultInput, type FaultRule, faultInputSchema } from "./rule.ts";

/** The facts that a rule is matched against. Work and guest checks have no method. */
export interface FaultPoint {
  operation: string;
  method?: string;
  path?: string;
  /** Id of the resource behind an access URL or an operation: their paths do not name it. */
  resource?: string | undefined;
}

/** Rules in the order in which they were added. The first rule that hits decides. */
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
    // An invalid expression fails here, not at the first call.
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

  /** Applies the fault that hits a call, if any, before the call is answered. */
  async applyToCall(point: FaultPoint, call: CallUnderFault): Promise<CallOutcome> {
    const rule = this.#hit(point);
    if (!rule) return { next: "answer" };
    const isLifted = (): boolean => !this.#store.state.faults.includes(rule);
    return applyToCall(rule.effect, call, isLifted);
  }

  /** Applies the fault that hits an operation's work, if any. Rejects when the work must end. */
  async applyToWork(point: FaultPoint, work: WorkUnderFault): Promise<void> {
    const effect = this.take(point);
    if (effect) await applyToWork(effect, work);
  }

  /** Returns the effect that hits here, if any, and counts the hit. */
  take(point: FaultPoint): FaultEffect | undefined {
    return this.#hit(point)?.effect;
  }

  #hit(point: FaultPoint): FaultRule | undefined {
    for (const rule of this.#store.state.faults) {
      if (rule.times === 0 || !matches(rule, point)) continue;
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
      return rule;
    }
    return undefined;
  }
}

function matches(rule: FaultRule, point: FaultPoint): boolean {
  const { operation, method, path } = rule.match;
  if (operation !== undefined && !matchesName(operation, point.operation)) return false;
  if (method !== undefined && method.toUpperCase() !== point.method) return false;
  // Without an operation a rule hits requests only, never work or the guest.
  if (operation === undefined && point.method === undefined) return false;
  if (rule.effect.type === "refuse" && !canRefuse(rule.effect.reason, point)) return false;
  if (path === undefined) return true;
  const expression = new RegExp(path, "i");
  return [point.path, point.resource].some((one) => one !== undefined && expression.test(one));
}

/** Azure has each refusal for some calls only. */
function canRefuse(reason: RefusalName, { operation, method }: FaultPoint): boolean {
  return method !== undefined && appliesTo(refusals[reason].on, { operation, method });
}

function matchesName(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** mulberry32: a small seeded generator that gives the same numbers on every machine. */
function nextRandom(seed: number): { value: number; seed: number } {
  const next = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(next ^ (next >>> 15), 1 | next);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296, seed: next };
}
