/** Open transfers as rows: for tests of the dispatcher and the forecast, which need no data. */
import { randomUUID } from "node:crypto";
import { createPolicy, type Db, inTransaction } from "@kluis/db";
import { engineActor, type PolicyDocument, systemClock } from "@kluis/domain";
import { vmRow } from "./vm-row.ts";

export interface NewTransfer {
  readonly vm: string;
  readonly kind?: "backup" | "restore-disk" | "copy-point";
  /** The resource group: teams reach VMs by it. */
  readonly group?: string;
  readonly parts?: number;
  readonly partBytes?: number;
  readonly deadlineAt?: Date;
  readonly policyVersionId?: string;
  readonly stage?: string;
  /** Null: its snapshot is not complete. */
  readonly capturedAt?: Date | null;
}

const SUBSCRIPTION = "11111111-1111-1111-1111-111111111111";

/** Adds a running job whose parts wait. Returns its id. */
export async function addTransfer({ prisma }: Db, transfer: NewTransfer): Promise<string> {
  const {
    vm,
    kind = "backup",
    group = "rg",
    parts = 4,
    partBytes = 1024 ** 3,
    stage = "transfer",
  } = transfer;
  const known = await prisma.virtualMachine.findFirst({ where: { name: vm } });
  const data = vmRow(vm, { subscription: SUBSCRIPTION, group });
  const { id: vmId } = known ?? (await prisma.virtualMachine.create({ data }));
  const { capturedAt = new Date() } = transfer;
  const disk = {
    id: randomUUID(),
    diskKey: "os",
    name: `${vm}-os`,
    resourceId: `/disks/${vm}-os`,
    sku: "Premium_LRS",
    diskBytes: BigInt(parts * partBytes),
    plannedBytes: BigInt(parts * partBytes),
  };
  const { id } = await prisma.job.create({
    data: {
      id: randomUUID(),
      kind,
      state: "running",
      stage,
      vmId,
      trigger: "manual",
      actor: { ...engineActor },
      startedAt: capturedAt ?? new Date(),
      ...(kind === "backup" ? { capturedAt } : {}),
      deadlineAt: transfer.deadlineAt ?? null,
      policyVersionId: transfer.policyVersionId ?? null,
      disks: { create: disk },
    },
  });
  await prisma.jobSegment.createMany({
    data: Array.from({ length: parts }, (_, segment) => ({
      id: randomUUID(),
      jobDiskId: disk.id,
      segment,
      extents: [],
    })),
  });
  return id;
}

/** Adds a team that reaches the VMs of a resource group. */
export async function addTeam({ prisma }: Db, group: string): Promise<void> {
  const id = randomUUID();
  await prisma.team.create({
    data: {
      id,
      name: group,
      slug: group,
      scopes: {
        create: {
          id: randomUUID(),
          kind: "resource-group",
          subscriptionId: SUBSCRIPTION,
          resourceGroup: group,
        },
      },
    },
  });
}

/** Adds a policy. Returns the id of its version. */
export async function addPolicy(db: Db, name: string, document: PolicyDocument): Promise<string> {
  return inTransaction(db, async (tx) => {
    const made = { name, description: "", teamId: null, document, actor: engineActor };
    const { id: policyId } = await createPolicy(tx, made, systemClock);
    const { id } = await tx.policyVersion.findFirstOrThrow({ where: { policyId } });
    return id;
  });
}

/** Adds an engine with this many slots, as alive. */
export async function addEngine({ prisma }: Db, concurrency: number): Promise<void> {
  await prisma.engineProcess.create({
    data: {
      id: randomUUID(),
      lockKey: Math.floor(Math.random() * 1e6),
      hostname: "test",
      pid: 1,
      version: "test",
      workerIds: [],
      concurrency,
    },
  });
}

/** Parts by state, of one job. */
export async function partsOf({ prisma }: Db, jobId: string): Promise<Record<string, number>> {
  const rows = await prisma.jobSegment.groupBy({
    by: ["state"],
    where: { disk: { jobId } },
    _count: { _all: true },
  });
  return Object.fromEntries(rows.map(({ state, _count: count }) => [state, count._all]));
}

/** Ends parts that were given out, as an engine does, oldest tasks first. */
export async function finishParts({ prisma }: Db, most: number): Promise<void> {
  const given = await prisma.jobSegment.findMany({
    where: { state: "handed-out" },
    take: most,
    orderBy: [{ segment: "asc" }, { id: "asc" }],
  });
  const at = new Date();
  await prisma.jobSegment.updateMany({
    where: { id: { in: given.map(({ id }) => id) } },
    data: {
      state: "done",
      startedAt: new Date(at.getTime() - 20_000),
      endedAt: at,
      stats: { readBytes: 1024 ** 3 },
    },
  });
}
