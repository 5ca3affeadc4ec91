/** What the tests of the nouns share: a world for each test, callers in it, and short questions about the result. */
import { isKluisError, type PolicyDocument } from "@kluis/domain";
import { afterEach, beforeEach } from "vitest";
import { createWorld, type PersonName, type World } from "../src/testing.ts";

type Caller = Awaited<ReturnType<World["as"]>>;

/** Registers hooks that give each test its own world, signed in as an administrator of Commerce and as the owner. */
export function freshWorld(): {
  readonly world: World;
  readonly admin: Caller;
  readonly owner: Caller;
  as(person: PersonName): Promise<Caller>;
} {
  let now: { readonly world: World; readonly admin: Caller; readonly owner: Caller } | undefined;
  beforeEach(async () => {
    const world = await createWorld();
    now = { world, admin: await world.as("commerceAdmin"), owner: await world.as("owner") };
  });
  afterEach(() => now?.world[Symbol.asyncDispose]());
  const current = (): NonNullable<typeof now> => {
    if (now === undefined) throw new Error("The world exists only while a test runs.");
    return now;
  };
  return {
    get world() {
      return current().world;
    },
    get admin() {
      return current().admin;
    },
    get owner() {
      return current().owner;
    },
    as: (person) => current().world.as(person),
  };
}

/** Approves what an operation has requested, as this person. The state says whether it was done. */
export async function approveAs(
  decider: Caller,
  answer: { readonly requested: { readonly id: string } | null },
): ReturnType<Caller["approvals"]["approve"]> {
  if (answer.requested === null) throw new Error("Nothing was requested.");
  const approval = answer.requested.id;
  const { now } = await decider.approvals.get({ approval });
  if (now === null) throw new Error("The request does not wait.");
  return decider.approvals.approve({ approval, seen: now.seen });
}

export const nightly: PolicyDocument = {
  schedule: { kind: "daily", times: ["01:00"], timeZone: "Europe/Amsterdam" },
  retention: { daily: 7 },
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
};

/** The error of a call that must fail, as tRPC throws it; null when it did not fail. */
export function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (caught: unknown) => caught,
  );
}

/** The code of the error of a call, or `none`. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await errorOf(work);
  return error instanceof Error && isKluisError(error.cause) ? error.cause.code : "none";
}

/** Kinds of the newest events about a VM, oldest first. */
export async function eventsOf(owner: Caller, vm: string): Promise<string[]> {
  const { rows } = await owner.audit.list({ vm });
  return rows.map((row) => row.kind).toReversed();
}

/** Names of the tasks in the queue. */
export async function queued(world: World): Promise<string[]> {
  const { rows } = await world.api.db.pool.query<{ task: string }>(
    "SELECT task_identifier AS task FROM graphile_worker.jobs ORDER BY id",
  );
  return rows.map((row) => row.task);
}
