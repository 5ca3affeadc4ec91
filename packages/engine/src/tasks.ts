/** Which function carries which task of the catalogue. */
import type { UnreadableProtection } from "@kluis/db";
import { KluisError, type TaskName } from "@kluis/domain";
import type { EngineDeps } from "./deps.ts";
import type { Again } from "./job/advance.ts";
import { segmentTaskDefinition } from "./job/segment-task.ts";
import { jobTaskDefinition } from "./job/task.ts";
import { backupMachine } from "./jobs/backup/machine.ts";
import { backupSegment } from "./jobs/backup/segment.ts";
import { deletePointMachine } from "./jobs/delete-point/machine.ts";
import { restoreMachine } from "./jobs/restore/machine.ts";
import { restoreSegment } from "./jobs/restore/segment.ts";
import { verifyMachine } from "./jobs/verify/machine.ts";
import { reportPart } from "./runtime/health.ts";
import { withLock } from "./runtime/lock.ts";
import type { TaskDefinition } from "./runtime/tasks.ts";
import { discover } from "./schedule/discover.ts";
import { tick } from "./schedule/tick.ts";
import { anchorLedger } from "./upkeep/anchor.ts";
import { collectVault } from "./upkeep/collect.ts";
import { judgePoints, removeOldSnapshots, resumeDeletions } from "./upkeep/retention.ts";
import { sweepAzure } from "./upkeep/sweep.ts";

/** Upkeep of which one run at a time is enough: a second one, in any engine, leaves it to the first. */
function alone<N extends TaskName>(
  name: N,
  work: (run: { readonly deps: EngineDeps; readonly signal: AbortSignal }) => Promise<Again | null>,
): TaskDefinition<N> {
  return {
    async run({ deps, signal }) {
      const held = await withLock(deps.db, name, () => work({ deps, signal }));
      return held?.value ?? null;
    },
  };
}

/** Decides what is due, and says in health how that went. */
export async function scheduleTick({
  deps,
}: {
  readonly deps: Pick<EngineDeps, "db" | "clock" | "log">;
}): Promise<null> {
  try {
    const { unreadable } = await tick(deps);
    await reportPart(deps, {
      part: "scheduler",
      error: unreadableError(unreadable),
      message: "Occurrences are decided every 30 seconds.",
    });
    return null;
  } catch (error) {
    await reportPart(deps, { part: "scheduler", error, message: "" });
    throw error;
  }
}

/** What health says of protections that cannot be scheduled; null when there is none. */
function unreadableError(unreadable: readonly UnreadableProtection[]): KluisError | null {
  const [first] = unreadable;
  if (first === undefined) return null;
  const others = unreadable.length === 1 ? "" : `, and those of ${unreadable.length - 1} more VMs,`;
  return new KluisError("INTERNAL", {
    message: `Backups of ${first.vmName}${others} cannot be scheduled: policy ${first.policyName} cannot be read.`,
    action: "Save the policy anew in the portal.",
    cause: first.error,
  });
}

/** Tasks that look, decide and write down; none of them moves a disk's data. */
export const controlTasks = {
  "backup.advance": jobTaskDefinition(backupMachine),
  "restore.advance": jobTaskDefinition(restoreMachine),
  "point.delete": jobTaskDefinition(deletePointMachine),
  discover: {
    async run({ deps, payload, signal }) {
      await discover(deps, payload.subscriptionId ?? null, signal);
      return null;
    },
  } satisfies TaskDefinition<"discover">,
  "schedule.tick": alone("schedule.tick", scheduleTick),
  "retention.run": alone("retention.run", async ({ deps, signal }) => {
    await resumeDeletions(deps);
    await judgePoints(deps);
    return removeOldSnapshots(deps, signal);
  }),
  "azure.sweep": alone("azure.sweep", ({ deps, signal }) => sweepAzure(deps, { signal })),
  "ledger.anchor": alone("ledger.anchor", async ({ deps, signal }) => {
    await anchorLedger(deps, signal);
    return null;
  }),
};

/** Tasks that read or write a disk's or the vault's data for minutes. */
export const dataTasks = {
  "backup.segment": segmentTaskDefinition(backupSegment),
  "restore.segment": segmentTaskDefinition(restoreSegment),
  "verify.run": jobTaskDefinition(verifyMachine),
  "vault.collect": alone("vault.collect", async ({ deps, signal }) => {
    await collectVault(deps, { signal });
    return null;
  }),
};
