/** Keeps the second copies of vaults: starts those that are missing, removes those that are no longer kept, and tells when they are late. */
import {
  appendEvents,
  clearAttention,
  countOpenCopies,
  createJob,
  type DueCopy,
  databaseNow,
  type ExpiredCopy,
  giveUpFailedHealings,
  inTransaction,
  judgeReadHealing,
  judgeUnhealed,
  listDueCopies,
  listDueHealings,
  listExpiredCopies,
  listUnsureHealings,
  listVaults,
  lockForCopy,
  lockForHealing,
  markPointDeleting,
  notify,
  raiseAttention,
  readCopyLag,
  readVaultTrust,
  type Tx,
  teamsOfVm,
  type VaultRow,
} from "@kluis/db";
import {
  copiedUntil,
  copyKeptSince,
  engineActor,
  hoursBehind,
  isCopyLate,
  type JobKind,
  type LedgerDraft,
  notice,
  type VaultCopy,
  writesStopped,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

/** Copies to one vault at once: enough to keep the engines busy while some of them plan or seal. */
const OPEN_MOST = 4;
/** Removals that one pass starts. */
const REMOVALS = 100;
/** Healings that one pass starts. */
const HEALINGS = 20;

interface Copied {
  readonly vault: VaultRow;
  readonly copy: VaultCopy;
}

/** Safe to run at any time: what exists is not started again. */
export async function keepCopies(deps: Deps, signal: AbortSignal): Promise<Again | null> {
  const again = await runWork(deps, copies(deps), signal);
  await startHealings(deps);
  await judgeHealings(deps);
  return again;
}

/** Damaged points and copies that another vault has in full. Also of vaults whose points are not copied any more. */
async function startHealings(deps: Deps): Promise<void> {
  const { prisma } = deps.db;
  for (const due of await listDueHealings(prisma, HEALINGS)) {
    const { to, heals } = due;
    if (!(await takesCopies(prisma, to)) || (await countOpenCopies(prisma, to)) >= OPEN_MOST) continue;
    await inTransaction(deps.db, async (tx) => {
      if (await lockForHealing(tx, due))
        await startJob(tx, deps, { ...due, kind: "copy-point", parameters: { vaultId: to, heals } });
    });
  }
}

/** Whether what was stored again healed its point. A point that is still called damaged is read once in full, which frees it or says why not. */
async function judgeHealings(deps: Deps): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    for (const { pointId, vmId, vmName, isRead } of await listUnsureHealings(tx, HEALINGS)) {
      if (isRead) await judgeReadHealing(tx, pointId);
      else await startJob(tx, deps, { kind: "verify", pointId, vmId, vmName, parameters: { mode: "full" } });
    }
  });
  await giveUpFailedHealings(deps.db.prisma);
  await judgeUnhealed(deps.db);
}

function copies(deps: Deps): RecurringWork<Copied> {
  return {
    name: "copies",
    async page() {
      const vaults = await listVaults(deps.db.prisma);
      return {
        items: vaults.flatMap((vault) => (vault.copy === null ? [] : [{ vault, copy: vault.copy }])),
        next: null,
      };
    },
    nameOf: ({ vault }) => `vault ${vault.name}`,
    async work(item) {
      await startMissing(deps, item);
      await removeExpired(deps, item);
      await tellLag(deps, item);
    },
  };
}

async function startMissing(deps: Deps, { vault, copy }: Copied): Promise<void> {
  const { prisma } = deps.db;
  const until = copiedUntil(copy, await databaseNow(prisma));
  if (until === null || !(await takesCopies(prisma, copy.to))) return;
  const free = OPEN_MOST - (await countOpenCopies(prisma, copy.to));
  if (free <= 0) return;
  const pair = { from: vault.id, to: copy.to };
  for (const due of await listDueCopies(prisma, { ...pair, until, limit: free }))
    await inTransaction(deps.db, async (tx) => {
      if (await lockForCopy(tx, { ...due, to: copy.to }))
        await startJob(tx, deps, { ...due, kind: "copy-point", parameters: { vaultId: copy.to } });
    });
}

/** A disabled vault gets nothing new, and one that is not the one that the database knows gets nothing. */
async function takesCopies(tx: Tx, vaultId: string): Promise<boolean> {
  const vault = await tx.vault.findUnique({ where: { id: vaultId }, select: { state: true } });
  const trust = await readVaultTrust(tx, vaultId);
  return vault?.state === "enabled" && trust !== null && writesStopped(trust) === null;
}

/** The first vault kept the point for as long as a removal can be undone, so the copy goes at once. */
async function removeExpired(deps: Deps, { vault, copy }: Copied): Promise<void> {
  const { prisma } = deps.db;
  const until = copyKeptSince(copy, await databaseNow(prisma));
  const pair = { from: vault.id, to: copy.to };
  for (const expired of await listExpiredCopies(prisma, { ...pair, until, limit: REMOVALS }))
    await inTransaction(deps.db, async (tx) => {
      if (!(await markPointDeleting(tx, expired.pointId))) return;
      await startJob(tx, deps, { ...expired, kind: "delete-point", parameters: { reason: "retention" } });
    });
}

interface NewJob extends Pick<DueCopy & ExpiredCopy, "pointId" | "vmId" | "vmName"> {
  readonly kind: Extract<JobKind, "copy-point" | "delete-point" | "verify">;
  readonly parameters: Readonly<Record<string, string>>;
}

async function startJob(
  tx: Tx,
  deps: Deps,
  { kind, pointId, vmId, vmName, parameters }: NewJob,
): Promise<void> {
  const job = { kind, vmId, pointId, trigger: "schedule", actor: engineActor } as const;
  const id = await createJob(tx, { ...job, parameters }, deps.clock);
  const event: LedgerDraft = {
    kind: "job.created",
    actor: engineActor,
    target: { type: "job", id, name: `${kind} of ${vmName}` },
    vmId,
    teamIds: await teamsOfVm(tx, vmId),
    data: { pointId, ...parameters },
  };
  await appendEvents(tx, deps.clock, [event]);
  await notify(tx, "points", { pointId, vmId });
}

async function tellLag(deps: Deps, { vault, copy }: Copied): Promise<void> {
  const { prisma } = deps.db;
  const lag = await readCopyLag(prisma, { from: vault.id, to: copy.to });
  const now = await databaseNow(prisma);
  const key = `vault-copy:${vault.id}` as const;
  await inTransaction(deps.db, async (tx) => {
    if (!isCopyLate(copy, lag, now)) {
      await clearAttention(tx, key);
      return;
    }
    const target = await tx.vault.findUnique({ where: { id: copy.to }, select: { name: true } });
    const params = { vault: vault.name, target: target?.name ?? copy.to };
    const said = notice("vault-copy-late", { ...params, points: lag.points, hours: hoursBehind(lag, now) });
    await raiseAttention(tx, { key, kind: "vault-copy", notice: said });
  });
}
