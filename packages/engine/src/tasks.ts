/** The function of each task in the catalog. */
import { databaseNow, enqueue, locks, withLock } from "@kluis/db";
import { limits, type TaskName } from "@kluis/domain";
import { BULK_AGAIN_MS, runBulk } from "./bulk/run.ts";
import type { EngineDeps } from "./deps.ts";
import { applyRules } from "./inventory/apply-rules.ts";
import { discoverAsked, keepDiscovered } from "./inventory/discover.ts";
import { dispatchTransfers } from "./job/dispatch.ts";
import { segmentTaskDefinition } from "./job/segment-task.ts";
import { jobTaskDefinition } from "./job/task.ts";
import { backupMachine } from "./jobs/backup/machine.ts";
import { backupSegment } from "./jobs/backup/segment.ts";
import { copyMachine } from "./jobs/copy/machine.ts";
import { copySegment } from "./jobs/copy/segment.ts";
import { deletePointMachine } from "./jobs/delete-point/machine.ts";
import { restoreMachine } from "./jobs/restore/machine.ts";
import { restoreSegment } from "./jobs/restore/segment.ts";
import { verifyMachine } from "./jobs/verify/machine.ts";
import { verifySegment } from "./jobs/verify/segment.ts";
import type { Again, TaskDefinition, TaskDefinitions, TaskRun } from "./runtime/tasks.ts";
import { testConnection, testVault } from "./runtime/tests.ts";
import { tick } from "./schedule/tick.ts";
import { scheduleVerifications } from "./schedule/verifications.ts";
import { keepAnchored } from "./upkeep/anchor.ts";
import { accountOne } from "./upkeep/collect/task.ts";
import { collectVaults } from "./upkeep/collect.ts";
import { keepCopies } from "./upkeep/copies.ts";
import { reachDamage } from "./upkeep/damage-reach.ts";
import { readDirectory } from "./upkeep/directory/read.ts";
import { expireApprovals } from "./upkeep/expired-approvals.ts";
import { forecastOpenTransfers } from "./upkeep/forecast.ts";
import { expireHistory } from "./upkeep/history.ts";
import { endKeptSnapshots } from "./upkeep/kept-snapshots.ts";
import { reconcileAzure } from "./upkeep/reconcile.ts";
import { applyRetention } from "./upkeep/retention.ts";
import { sweepAzure } from "./upkeep/sweep.ts";
import { adoptVault } from "./upkeep/truth/adopt.ts";
import { compareVaults } from "./upkeep/truth/compare.ts";
import { makeKeyChanges } from "./vault-keys/change.ts";
import { checkKeys } from "./vault-keys/check.ts";

/** An upkeep task that runs once at a time: a second run, in any engine, ends immediately. */
function alone<N extends TaskName>(
  name: N,
  work: (run: { readonly deps: EngineDeps; readonly signal: AbortSignal }) => Promise<Again | null>,
): TaskDefinition<N> {
  return {
    async run({ deps, signal }) {
      const held = await withLock(deps.db, locks.task(name), (lost) =>
        work({ deps, signal: AbortSignal.any([signal, lost]) }),
      );
      return held?.value ?? null;
    },
  };
}

/** The pause before an engine with a wrong clock tries again; another engine usually takes the task first. */
const WRONG_CLOCK_AGAIN_MS = 5_000;

/** As `alone`, but not on an engine whose clock differs from the others': the task returns to the queue. */
function aloneInTime<N extends TaskName>(...given: Parameters<typeof alone<N>>): TaskDefinition<N> {
  const definition = alone(...given);
  return {
    run: (run) =>
      run.deps.clockGuard.problem === null
        ? definition.run(run)
        : Promise.resolve({ againInMs: WRONG_CLOCK_AGAIN_MS }),
  };
}

/** Reads for someone who waits. When Azure limits it, a task of the same key continues at the page. */
async function readAsked({ deps, payload, signal }: TaskRun<"discover">): Promise<null> {
  const { subscriptionId, cursor = null } = payload;
  const paused = await discoverAsked(deps, { only: subscriptionId ?? null, cursor }, signal);
  if (paused === null) return null;
  const runAt = new Date(deps.clock.now().getTime() + paused.pauseMs);
  const next = { ...payload, cursor: paused.cursor ?? undefined };
  await enqueue(deps.db.prisma, "discover", next, { runAt, jobKey: `discover:${subscriptionId ?? "asked"}` });
  return null;
}

const discovery = alone("discover", ({ deps, signal }) => keepDiscovered(deps, signal));

/** Tasks that decide and record. None of them moves data of a disk. */
export const controlTasks = {
  "backup.advance": jobTaskDefinition(backupMachine, "backup.advance"),
  "restore.advance": jobTaskDefinition(restoreMachine, "restore.advance"),
  "point.delete": jobTaskDefinition(deletePointMachine, "point.delete"),
  discover: {
    async run(run) {
      const { subscriptionId, asked } = run.payload;
      if (subscriptionId === undefined && asked !== true) return discovery.run(run);
      return readAsked(run);
    },
  } satisfies TaskDefinition<"discover">,
  "schedule.tick": aloneInTime("schedule.tick", async ({ deps, signal }) => {
    const { again } = await tick(deps, await databaseNow(deps.db.prisma), signal);
    return again;
  }),
  "verify.schedule": aloneInTime("verify.schedule", async ({ deps, signal }) => {
    const { again } = await scheduleVerifications(deps, signal);
    return again;
  }),
  "approvals.expire": alone("approvals.expire", ({ deps, signal }) => expireApprovals(deps, signal)),
  // With a wrong clock, exclusions would end too early.
  "rules.apply": aloneInTime("rules.apply", ({ deps, signal }) => applyRules(deps, signal)),
  "directory.read": aloneInTime("directory.read", ({ deps, signal }) => readDirectory(deps, signal)),
  "retention.run": alone("retention.run", async ({ deps, signal }) => {
    const { again } = await applyRetention(deps, signal);
    return again;
  }),
  "snapshots.expire": alone("snapshots.expire", async ({ deps, signal }) => {
    const { again } = await endKeptSnapshots(deps, signal);
    return again;
  }),
  "history.expire": aloneInTime("history.expire", ({ deps, signal }) => expireHistory(deps, signal)),
  "transfer.dispatch": {
    async run({ deps }) {
      const held = await withLock(deps.db, locks.task("transfer.dispatch"), () => dispatchTransfers(deps));
      // The run that holds the lock may have read before this one was woken.
      return held === null ? { againInMs: 200 } : null;
    },
  } satisfies TaskDefinition<"transfer.dispatch">,
  "transfer.forecast": alone("transfer.forecast", ({ deps, signal }) => forecastOpenTransfers(deps, signal)),
  "connection.test": {
    async run({ deps, payload, signal }) {
      await testConnection(deps, payload.connectionId, signal);
      return null;
    },
  } satisfies TaskDefinition<"connection.test">,
  "vault.test": {
    async run({ deps, payload, signal }) {
      await testVault(deps, payload.vaultId, signal);
      return null;
    },
  } satisfies TaskDefinition<"vault.test">,
  "bulk.run": {
    run: ({ deps, payload, signal }) => runBulk(deps, payload.bulkId, signal),
    gaveUp: () => Promise.resolve({ againInMs: BULK_AGAIN_MS }),
  } satisfies TaskDefinition<"bulk.run">,
  "vault.copies": alone("vault.copies", ({ deps, signal }) => keepCopies(deps, signal)),
  "vault.key-change": {
    run: ({ deps, payload, signal }) => makeKeyChanges(deps, payload.vaultId, signal),
  } satisfies TaskDefinition<"vault.key-change">,
  "vault.keys-check": alone("vault.keys-check", async ({ deps, signal }) => {
    await checkKeys(deps, signal);
    return null;
  }),
  "azure.sweep": alone("azure.sweep", ({ deps, signal }) => sweepAzure(deps, { signal })),
  "azure.reconcile": {
    run: ({ deps, signal }) => reconcileAzure(deps, { signal }),
    // It never ends: whatever failed, it looks again.
    gaveUp: () => Promise.resolve({ againInMs: limits.removalLongestPauseMs }),
  } satisfies TaskDefinition<"azure.reconcile">,
  "ledger.anchor": alone("ledger.anchor", async ({ deps, signal }) => {
    await keepAnchored(deps, signal);
    return null;
  }),
};

/** Tasks that advance transfers: a vault or an Azure that answers slowly must not delay the next snapshots. */
export const transferTasks = {
  "backup.transfer": jobTaskDefinition(backupMachine, "backup.transfer"),
  "copy.run": jobTaskDefinition(copyMachine, "copy.run"),
  "verify.run": jobTaskDefinition(verifyMachine, "verify.run"),
};

/** Tasks that read or write data of disks or the vault, for minutes. */
export const dataTasks = {
  "backup.segment": segmentTaskDefinition(backupSegment),
  "restore.segment": segmentTaskDefinition(restoreSegment),
  "copy.segment": segmentTaskDefinition(copySegment),
  "verify.segment": segmentTaskDefinition(verifySegment),
  "vault.damage-reach": alone("vault.damage-reach", ({ deps, signal }) => reachDamage(deps, signal)),
  "vault.compare": aloneInTime("vault.compare", ({ deps, signal }) => compareVaults(deps, signal)),
  "vault.adopt": {
    async run({ deps, payload, signal }) {
      await adoptVault(deps, payload.vaultId, signal);
      return null;
    },
  } satisfies TaskDefinition<"vault.adopt">,
  "vault.account": {
    run: ({ deps, payload, signal }) => accountOne(deps, payload.vaultId, signal),
  } satisfies TaskDefinition<"vault.account">,
  "vault.collect": aloneInTime("vault.collect", async ({ deps, signal }) => {
    const { again } = await collectVaults(deps, { signal });
    return again;
  }),
};

/** Every task of the catalog has a function, or this does not compile. */
({ ...controlTasks, ...transferTasks, ...dataTasks }) satisfies TaskDefinitions;
