/** VMs of the benchmark: imported, protected, backed up and restored by the engines. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { createJob, createPolicy, inTransaction, setProtection } from "@kluis/db";
import { engineActor, type PolicyDocument, systemClock } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { GROUP, standardPolicy, until } from "../test/world.ts";
import type { Parts } from "./parts.ts";

const START_LIMIT_MS = 180_000;
const JOB_LIMIT_MS = 3_600_000;

/** A run of bytes of a disk. */
export interface Run {
  readonly offset: number;
  readonly bytes: Buffer;
}

export interface Machine {
  readonly name: string;
  readonly vmId: string;
  readonly versionId: string;
  readonly image: string;
}

/** Waits until an engine has found each VM, and protects it. */
export async function importMachines(
  parts: Parts,
  disks: readonly { readonly name: string; readonly bytes: number; readonly runs: Iterable<Run> }[],
): Promise<Machine[]> {
  const images: string[] = [];
  for (const { name, bytes, runs } of disks) {
    const image = join(parts.folder, `${name}.raw`);
    await writeImage(image, bytes, runs);
    await parts.control.importVm({ vm: name, os: "linux", resourceGroup: GROUP, disks: [image] });
    images.push(image);
  }
  const machines: Machine[] = [];
  // Discovery runs at the start of an engine.
  await using _first = await parts.startEngine();
  for (const [n, { name }] of disks.entries()) {
    const { id: vmId } = await until(`the discovery of ${name}`, START_LIMIT_MS, () =>
      parts.db.prisma.virtualMachine.findFirst({ where: { name } }),
    );
    machines.push({ name, vmId, versionId: await protect(parts, name, vmId), image: images[n] ?? "" });
  }
  return machines;
}

async function writeImage(path: string, bytes: number, runs: Iterable<Run>): Promise<void> {
  const file = await open(path, "a").then(async (made) => {
    await made.close();
    return open(path, "r+");
  });
  await file.truncate(bytes);
  for (const run of runs) await file.write(run.bytes, 0, run.bytes.length, run.offset);
  await file.close();
}

function protect({ db }: Parts, name: string, vmId: string): Promise<string> {
  return inTransaction(db, async (tx) => {
    const made = {
      name: `policy-${name}`,
      description: "",
      teamId: null,
      document: policy(),
      actor: engineActor,
    };
    const { id: policyId } = await createPolicy(tx, made, systemClock);
    await setProtection(tx, { vmId, policyId, excludedDisks: [] }, systemClock);
    const { id } = await tx.policyVersion.findFirstOrThrow({ where: { policyId } });
    return id;
  });
}

/** Far away: the benchmark starts each backup. Snapshots stay, for the next list of changes. */
function policy(): PolicyDocument {
  return {
    ...standardPolicy,
    schedule: { kind: "daily", times: [hoursAhead(12)], timeZone: "UTC" },
    instantRestoreDays: 2,
    consistency: { wanted: "crash", otherwise: "continue", vss: "full" },
  };
}

function hoursAhead(hours: number): string {
  const at = new Date(Date.now() + hours * 3_600_000);
  return `${String(at.getUTCHours()).padStart(2, "0")}:${String(at.getUTCMinutes()).padStart(2, "0")}`;
}

export interface Moved {
  readonly jobId: string;
  /** From the job's start to its end, as a person sees it. */
  readonly seconds: number;
  /** From the start of its first part to the end of its last. */
  readonly movingSeconds: number;
}

/** Backs a VM up. */
export async function backUp(parts: Parts, { vmId, versionId }: Machine): Promise<Moved> {
  return runJob(parts, { kind: "backup", vmId, policyVersionId: versionId, trigger: "manual" });
}

/** Restores the disk of a VM's newest point to a new disk. */
export async function restore(parts: Parts, { vmId }: Machine, disk: string): Promise<Moved> {
  const where = { vmId, state: "available" };
  const point = await parts.db.prisma.recoveryPoint.findFirstOrThrow({ where, orderBy: { id: "desc" } });
  const place = {
    subscriptionId: CONTOSO_SUBSCRIPTION_ID,
    resourceGroup: GROUP,
    location: "westeurope",
    sku: "Premium_LRS",
  };
  const parameters = { disk: "os", name: disk, ...place, choices: {} };
  return runJob(parts, { kind: "restore-disk", vmId, pointId: point.id, trigger: "manual", parameters });
}

type NewJob = Omit<Parameters<typeof createJob>[1], "actor">;

async function runJob({ db }: Parts, job: NewJob): Promise<Moved> {
  const began = performance.now();
  const jobId = await inTransaction(db, (tx) => createJob(tx, { ...job, actor: engineActor }, systemClock));
  const deadline = began + JOB_LIMIT_MS;
  for (;;) {
    const { state, error } = await db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
    if (state === "succeeded" || state === "warning") break;
    if ((state !== "queued" && state !== "running") || performance.now() > deadline)
      throw new Error(`The job ended as ${state}: ${JSON.stringify(error)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const seconds = (performance.now() - began) / 1000;
  const { _min, _max } = await db.prisma.jobSegment.aggregate({
    where: { disk: { jobId } },
    _min: { startedAt: true },
    _max: { endedAt: true },
  });
  const movingMs = (_max.endedAt?.getTime() ?? Number.NaN) - (_min.startedAt?.getTime() ?? Number.NaN);
  return { jobId, seconds, movingSeconds: movingMs / 1000 };
}
