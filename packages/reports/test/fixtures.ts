/** Estates, VMs and points for the tests of reports. */
import { randomUUID } from "node:crypto";
import {
  appendEvents,
  createJob,
  createPoint,
  createPolicy,
  type Db,
  endJob,
  ensureTeam,
  followEnvironmentVault,
  inTransaction,
  planResource,
  saveMemory,
  upsertVm,
} from "@kluis/db";
import { type Clock, engineActor, type PolicyDocument } from "@kluis/domain";

export class TestClock implements Clock {
  #now = Date.parse("2026-05-01T00:00:00Z");
  now(): Date {
    return new Date(this.#now);
  }
  advance(ms: number): void {
    this.#now += ms;
  }
}

const document: PolicyDocument = {
  schedule: { kind: "daily", times: ["01:00"], timeZone: "UTC" },
  retention: { daily: 30 },
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
};

export interface Estate {
  readonly vaultId: string;
  readonly policyVersionId: string;
  readonly teamId: string;
}

/** Creates a vault, a policy and a team whose scope is the resource group commerce-rg. */
export function makeEstate(db: Db, clock: Clock): Promise<Estate> {
  return inTransaction(db, async (tx) => {
    const vaultId = randomUUID();
    const vault = { identity: vaultId, name: "main", kind: "folder", keyId: "key-1" } as const;
    const place = { account: null, container: null, folder: "/vault" };
    await followEnvironmentVault(tx, { ...vault, ...place, createdAt: clock.now() }, clock);
    const policy = await createPolicy(
      tx,
      { name: "nightly", description: "", teamId: null, document, actor: engineActor },
      clock,
    );
    const team = await ensureTeam(
      tx,
      {
        slug: "commerce",
        name: "Commerce",
        reach: [{ kind: "resource-group", subscriptionId: "sub-1", resourceGroup: "commerce-rg" }],
      },
      clock,
    );
    return { vaultId, policyVersionId: policy.current.id, teamId: team.id };
  });
}

/** Creates a VM in a resource group of subscription sub-1. */
export async function makeVm(
  db: Db,
  clock: Clock,
  vm: { name: string; resourceGroup: string },
): Promise<string> {
  const facts = {
    resourceId: `/subscriptions/sub-1/resourcegroups/${vm.resourceGroup}/virtualmachines/${vm.name}`,
    azureVmId: randomUUID(),
    ...vm,
    subscriptionId: "sub-1",
    location: "westeurope",
    osType: "windows",
    size: "Standard_B2s",
    powerState: "running",
    agentState: "ready",
    tags: {},
    disks: [],
    configuration: {},
  } as const;
  const { id } = await inTransaction(db, (tx) => upsertVm(tx, facts, clock));
  return id;
}

export interface NewTestPoint {
  readonly estate: Estate;
  readonly vmId: string;
  readonly vmName: string;
  readonly takenAt: Date;
  readonly reached?: "application" | "file" | "crash";
  readonly movedBytes?: number;
  readonly deadlineMet?: boolean;
}

/** Creates a recovery point with the job, snapshot, disk and event of its backup. */
export function makePoint(db: Db, clock: Clock, wish: NewTestPoint): Promise<string> {
  const { estate, vmId, takenAt } = wish;
  const id = randomUUID();
  const reached = wish.reached ?? "application";
  return inTransaction(db, async (tx) => {
    const jobId = await createJob(
      tx,
      { kind: "backup", vmId, trigger: "schedule", actor: engineActor },
      clock,
    );
    await saveMemory(tx, jobId, {
      excluded: [{ key: "3", name: "scratch", resourceId: null, reason: "ephemeral" }],
    });
    await endJob(tx, jobId, { state: "succeeded", stage: "done", at: clock.now() });
    await planResource(
      tx,
      { jobId, vmId, kind: "restore-point", resourceId: `/restorepoints/${jobId}` },
      clock.now(),
    );
    await createPoint(tx, {
      id,
      vmId,
      vaultId: estate.vaultId,
      jobId,
      policyVersionId: estate.policyVersionId,
      trigger: "schedule",
      actor: engineActor,
      vmFacts: {
        name: wish.vmName,
        resourceId: `/vm/${wish.vmName}`,
        tags: { owner: "=1+1" },
      },
      occurrenceDueAt: takenAt,
      takenAt,
      snapshotStartedAt: takenAt,
      snapshotEndedAt: takenAt,
      snapshotRemovedAt: takenAt,
      instantRestoreUntil: null,
      transferStartedAt: takenAt,
      transferEndedAt: takenAt,
      createdAt: clock.now(),
      consistencyWanted: "application",
      consistencyReached: reached,
      consistencyReason: reached === "application" ? null : 'A VSS writer failed, "quoted"',
      consistencyNotice: null,
      azureConsistency: "file-system",
      capturedBy: "restore-point",
      capturedNotice: null,
      deadlineAt: takenAt,
      deadlineMet: wish.deadlineMet ?? true,
      gapSeconds: 86_400,
      retries: 0,
      chunksNew: 5,
      chunksReused: 7,
      manifestDigest: "d".repeat(64),
      keyId: "key-1",
      disks: [
        {
          diskKey: "os",
          name: `${wish.vmName}-os`,
          resourceId: "/disk",
          diskUniqueId: "u",
          sku: "Premium_LRS",
          diskBytes: 4 * 2 ** 40,
          root: null,
          rootDigest: "r".repeat(48),
          deltaMethod: "full",
          deltaReason: null,
          deltaNotice: null,
          allocatedBytes: 10,
          readBytes: 9,
          changedBytes: 8,
          movedBytes: wish.movedBytes ?? 7,
          storedBytes: 6,
        },
      ],
    });
    await appendEvents(tx, clock, [
      {
        kind: "point.created",
        actor: engineActor,
        target: { type: "point", id, name: wish.vmName },
        vmId,
        teamIds: [estate.teamId],
      },
    ]);
    return id;
  });
}
