/** Long-running operations: they take time, survive a restart and answer polls. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { OffsetClock } from "../../clock.ts";
import type { Faults } from "../../faults/faults.ts";
import { logFailure } from "../../log.ts";
import type { Operation } from "../../state/model.ts";
import type { StateStore } from "../../state/store.ts";
import { ArmError } from "../errors.ts";
import { durationOf } from "./durations.ts";

interface OperationWork {
  run(operation: Operation): Promise<Operation["output"] | undefined>;
  output(operation: Operation): object | undefined;
  failed(operation: Operation): void;
}

/** ARM answers polls of a finished operation for a day. */
const KEEP_MS = 24 * 3600 * 1000;
/** After a jump of the clock, the answer waits at most this long for the operations that end by it. */
const CATCH_UP_MS = 5000;

export class Operations {
  readonly #store: StateStore;
  readonly #clock: OffsetClock;
  readonly #faults: Faults;
  readonly #works = new Map<string, OperationWork>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(deps: { store: StateStore; clock: OffsetClock; faults: Faults }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#faults = deps.faults;
  }

  register(kind: string, work: OperationWork): void {
    this.#works.set(kind, work);
  }

  /** Runs the operations that were in progress when the last process ended. */
  resume(): void {
    this.#forgetOld();
    for (const operation of Object.values(this.#store.state.operations))
      if (operation.status === "InProgress") this.#run(operation);
  }

  /** Begins an operation. It and the caller's earlier changes are durable when this resolves. */
  async start(
    input: Pick<
      Operation,
      "kind" | "family" | "subscriptionId" | "location" | "principalId" | "target" | "input" | "refusal"
    > &
      Partial<Pick<Operation, "startTime">>,
  ): Promise<Operation> {
    const now = this.#clock.now();
    const operation: Operation = {
      startTime: now,
      ...input,
      id: randomUUID(),
      status: "InProgress",
      notBefore: now + durationOf(input.kind, this.#store.state.settings),
    };
    this.#forgetOld();
    this.#store.state.operations[operation.id] = operation;
    await this.#store.flush();
    this.#run(operation);
    return operation;
  }

  /** What a provider shows in the status of an operation besides what the work returned. */
  output(operation: Operation): object | undefined {
    return this.#works.get(operation.kind)?.output(operation);
  }

  /** Whether polls report that the operation has ended. */
  ended(operation: Operation): boolean {
    return operation.status !== "InProgress" && this.#clock.now() >= operation.notBefore;
  }

  /** Waits at most `ms` for the end of an operation whose time is over. */
  async settle(operation: Operation, ms: number): Promise<void> {
    const running = this.#running.get(operation.id);
    if (!running || operation.notBefore > this.#clock.now()) return;
    await Promise.race([running, delay(ms, undefined, { ref: false })]);
  }

  /** Waits for the operations whose time is over, after the clock has jumped. */
  async catchUp(): Promise<void> {
    const due = Object.values(this.#store.state.operations);
    await Promise.all(due.map((operation) => this.settle(operation, CATCH_UP_MS)));
  }

  /** Work that hangs waits here. Rejects when the server stops. */
  untilStopped(): Promise<never> {
    const { signal } = this.#stop;
    return new Promise((_, reject) => {
      const stop = (): void => reject(new Error("The server stops."));
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
  }

  /** Stops. The next start runs the operations that have not ended. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#running.values());
  }

  #run(operation: Operation): void {
    const running = this.#execute(operation).finally(() => this.#running.delete(operation.id));
    this.#running.set(operation.id, running);
  }

  async #execute(operation: Operation): Promise<void> {
    const signal = this.#stop.signal;
    const registered = this.#works.get(operation.kind);
    if (!registered) throw new Error(`No work is registered for ${operation.kind}`);
    let began = operation.notBefore;
    try {
      // The resource shows Creating, Updating or Deleting until then.
      await this.#clock.until(operation.notBefore, signal);
      began = this.#clock.now();
      await this.#applyFault(operation, signal);
      const output = await registered.run(operation);
      if (output !== undefined) operation.output = output;
      operation.status = "Succeeded";
    } catch (error) {
      if (signal.aborted) return;
      registered.failed(operation);
      operation.status = "Failed";
      operation.error =
        error instanceof ArmError
          ? { code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) }
          : { code: "InternalOperationError", message: "An internal error occurred." };
      if (!(error instanceof ArmError)) logFailure(operation.kind, error);
    }
    // Of a clock that jumped over the end, only the time that the work took counts.
    operation.endTime = operation.notBefore + (this.#clock.now() - began);
    await this.#store.flush();
  }

  async #applyFault(operation: Operation, signal: AbortSignal): Promise<void> {
    const { refusal } = operation;
    if (refusal) throw new ArmError({ status: 200, code: refusal.code }, refusal.message);
    await this.#faults.applyToWork(
      { operation: `work:${operation.kind}`, path: operation.target },
      {
        signal,
        fail: (code, message) => {
          throw new ArmError({ status: 200, code }, message);
        },
      },
    );
  }

  #forgetOld(): void {
    const { operations } = this.#store.state;
    for (const [id, operation] of Object.entries(operations))
      if ((operation.endTime ?? Number.POSITIVE_INFINITY) < this.#clock.now() - KEEP_MS)
        delete operations[id];
  }
}
