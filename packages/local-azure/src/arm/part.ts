/** What one resource type contributes to ARM: its routes and the work of its operations. */
import type { Operation } from "../state/model.ts";
import type { World } from "../world.ts";
import type { ArmRoute } from "./router.ts";

/** The work of one kind of operation. */
export interface Work {
  /** Must be repeatable after a crash. Returns the operation's output, if any. */
  run(world: World, operation: Operation): Promise<Operation["output"] | undefined>;
  /** The result in the operation's status, made for each answer. Without it: what `run` returned. */
  output?(world: World, operation: Operation): object | undefined;
  /** Puts the resource into the state that a failure leaves. */
  failed?(world: World, operation: Operation): void;
}

export interface ArmPart {
  routes: readonly ArmRoute[];
  /** By kind: the name that calls start it by, and that faults match as `work:KIND`. */
  work?: Readonly<Record<string, Work>>;
}
