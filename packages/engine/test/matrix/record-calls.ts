/** Records which calls a normal run makes: rules that do nothing count them. */
import { createJob, inTransaction } from "@kluis/db";
import { engineActor, type JobKind } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { checkParts } from "../../src/runtime/health.ts";
import { GROUP, MIB, type PointRow, random, standardPolicy, type World } from "../world.ts";
import { type OperationName, operations, unreached, workTriggers } from "./operations.ts";
import type { StartedMatrix } from "./start.ts";
import { kindOf } from "./subjects.ts";
import { isVaultCall } from "./vault-proxy.ts";
import { works } from "./work-case.ts";

export interface RecordedCalls {
  /** Operations of the list that were called at the local Azure. */
  readonly arm: readonly OperationName[];
  /** Calls to the local Azure that the list does not have. */
  readonly stray: number;
  readonly vault: readonly OperationName[];
}

export async function recordCalls({ world, engine, vault }: StartedMatrix): Promise<RecordedCalls> {
  const { control } = world;
  const effect = { type: "delay", ms: 0 } as const;
  const counted = new Map<string, OperationName>();
  for (const name of [...operations.map((operation) => operation.name), ...unreached.keys()])
    if (!isVaultCall(name))
      counted.set((await control.addFault({ match: { operation: name }, effect })).id, name);
  // The first rule that fits decides, so this one counts the others.
  const other = await control.addFault({ match: { path: "^/(subscriptions|providers)" }, effect });
  vault.seen.clear();
  await normalRun(world);
  for (const trigger of workTriggers) await works[trigger](engine, AbortSignal.timeout(60_000));
  // The engine checks its parts by real time, which may not come to a check during the run.
  await checkParts(engine.deps, AbortSignal.timeout(60_000));
  const rules = await control.faults();
  await control.clearFaults();
  const called = rules.filter(({ hits }) => hits > 0);
  return {
    arm: called.flatMap(({ id }) => counted.get(id) ?? []),
    stray: rules.find(({ id }) => id === other.id)?.hits ?? 0,
    vault: [...vault.seen],
  };
}

/** Two guests, a second backup, a restore, and the deletion of a point. */
async function normalRun(world: World): Promise<void> {
  const image = await world.image("normal", 24 * MIB, [random(0, MIB / 4)]);
  const vms = await world.protectedVms([
    { name: "normallinux", disks: [image], policy: standardPolicy },
    { name: "normalwindows", ...kindOf.windows, disks: [image], policy: standardPolicy },
    { name: "normalstopped", ...kindOf["single-disks"], disks: [image], policy: standardPolicy },
  ]);
  const point = await world.backUp(vms.get("normallinux") ?? "");
  await world.backUp(vms.get("normalwindows") ?? "");
  await world.backUp(vms.get("normalstopped") ?? "");
  const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: GROUP, location: "westeurope" };
  const choices = { access: "deny-all" };
  await end(world, point, "restore-disk", {
    disk: "os",
    name: "normal",
    ...place,
    sku: "Premium_LRS",
    choices,
  });
  await end(world, point, "delete-point", { reason: "user" });
  await world.reconciled();
}

async function end(
  world: World,
  point: PointRow,
  ...[kind, parameters]: [JobKind, Record<string, unknown>]
): Promise<void> {
  const job = {
    kind,
    vmId: point.vmId,
    pointId: point.id,
    trigger: "manual",
    actor: engineActor,
    parameters,
  } as const;
  const { state, error } = await world.ended(
    await inTransaction(world.db, (tx) => createJob(tx, job, world.clock)),
  );
  if (state !== "succeeded") throw new Error(`The ${kind} ended as ${state}: ${JSON.stringify(error)}`);
}
