/** A case of a job: its own VM or disk meets the refusal, and the job, its messages and what it left are judged. */
import { createJob, inTransaction } from "@kluis/db";
import { engineActor, type JobKind, retriedError } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { GROUP, type PointRow } from "../world.ts";
import { type JobTrigger, jobTriggers } from "./operations.ts";
import { type Parts, Refused } from "./refused.ts";
import { asShown, messageProblems, type Pair, type Shown, type Verdict } from "./verdict.ts";

const openStates = ["queued", "running"];

interface JobRow {
  readonly id: string;
  readonly error: unknown;
  readonly parkedError: unknown;
  readonly warnings: unknown;
  readonly steps: readonly { readonly notice: unknown; readonly detail: unknown }[];
}

export interface CaseStart {
  readonly name: string;
  readonly vmId: string;
  /** The point to restore or to delete; null for a backup. */
  readonly point: PointRow | null;
  /** Name of the disk access or encryption set that the case reads. */
  readonly dependency: string | null;
}

function isJobTrigger(trigger: string): trigger is JobTrigger {
  return jobTriggers.some((one) => one === trigger);
}

export class JobCase {
  readonly pair: Pair;
  readonly #parts: Parts;
  readonly #start: CaseStart;
  readonly #trigger: JobTrigger;
  readonly #refused: Refused;
  #jobId = "";
  #during = "";
  #shown: Shown | null = null;

  constructor(parts: Parts, pair: Pair, start: CaseStart) {
    const { by } = pair.operation;
    if (!isJobTrigger(by)) throw new Error(`${pair.operation.name} belongs to no job.`);
    this.pair = pair;
    this.#parts = parts;
    this.#start = start;
    this.#trigger = by;
    this.#refused = new Refused(parts, pair);
  }

  /** Refuses, then starts the job; of a snapshot of single disks, only the job's id names the resources. */
  async begin(): Promise<void> {
    const { name, dependency } = this.#start;
    const isNamedByJob = this.pair.operation.name.startsWith("snapshots.");
    if (!isNamedByJob) await this.#refused.place(dependency ?? pathOf(name));
    const { beside } = this.pair.operation;
    if (beside !== undefined) {
      const { operation, status, code } = beside;
      const match = { operation, path: pathOf(name) };
      await this.#parts.world.control.addFault({
        match,
        effect: { type: "fail", status, code, message: "No." },
      });
    }
    this.#jobId = await this.#startJob(name);
    if (isNamedByJob) await this.#refused.place(this.#jobId);
  }

  lift(): Promise<void> {
    return this.#refused.lift();
  }

  async observe(): Promise<void> {
    const row = await this.#row(this.#jobId);
    const waits = row.parkedSince === null ? row.state : "parked";
    this.#during = openStates.includes(row.state) ? waits : row.state;
    this.#shown = (await this.#errorOf(row)) ?? this.#shown;
  }

  /** Whether nothing is left to do. */
  async isSettled(): Promise<boolean> {
    return (await this.#end()) !== null && (await this.#left()).length === 0;
  }

  async verdict(): Promise<Verdict> {
    const end = await this.#end();
    this.#shown ??= await this.#errorOf(await this.#row(this.#jobId));
    const problems = [...messageProblems(this.#shown), ...(await this.#left())];
    if (end === null) problems.push("The job has not ended.");
    if (this.#refused.hits === 0)
      problems.push("No call was refused: the engine no longer makes this call here.");
    const { operation, refusal } = this.pair;
    return {
      operation: operation.name,
      refusal,
      hits: this.#refused.hits,
      during: this.#during,
      end: end ?? "open",
      code: this.#shown?.code ?? null,
      problems,
    };
  }

  /** Starts a job of the same kind after the recovery; null where none can follow: the point is gone. */
  async startAgain(): Promise<(() => Promise<string>) | null> {
    if (this.#trigger === "delete-point") return null;
    const jobId = await this.#startJob(`${this.#start.name}again`);
    return async () => (await this.#endOf(jobId)) ?? "open";
  }

  async #startJob(diskName: string): Promise<string> {
    const { world } = this.#parts;
    const { vmId, point } = this.#start;
    if (this.#trigger === "backup") return world.startBackup(vmId);
    const kind: JobKind = this.#trigger === "delete-point" ? "delete-point" : "restore-disk";
    const parameters = kind === "delete-point" ? { reason: "user" } : this.#restoreOf(diskName);
    const job = {
      kind,
      vmId,
      pointId: point?.id ?? "",
      trigger: "manual",
      actor: engineActor,
      parameters,
    } as const;
    return inTransaction(world.db, (tx) => createJob(tx, job, world.clock));
  }

  #restoreOf(name: string): Record<string, unknown> {
    const { restore } = this.pair.operation;
    const choices = {
      ...(restore === "deny-all" ? { access: "deny-all" } : {}),
      ...(restore === "encryption-set" ? { encryption: this.#start.dependency ?? "" } : {}),
    };
    const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: GROUP, location: "westeurope" };
    return { disk: "os", name, ...place, sku: "Premium_LRS", choices };
  }

  #row(jobId: string) {
    return this.#parts.world.db.prisma.job.findUniqueOrThrow({
      where: { id: jobId },
      include: { steps: true },
    });
  }

  #end(): Promise<string | null> {
    return this.#endOf(this.#jobId);
  }

  async #endOf(jobId: string): Promise<string | null> {
    const { state } = await this.#row(jobId);
    return openStates.includes(state) ? null : state;
  }

  /** The error that the job's page shows: of the job, of what it waits for, of a step, of a warning, or of a removal. */
  async #errorOf(row: JobRow): Promise<Shown | null> {
    const warnings: readonly unknown[] = Array.isArray(row.warnings) ? row.warnings : [];
    const resources = await this.#parts.world.db.prisma.azureResource.findMany({
      where: { jobId: row.id, lastError: { not: { equals: null } } },
    });
    const shown = [
      row.error,
      row.parkedError,
      ...row.steps.map(retriedError),
      ...warnings,
      ...resources.map(({ lastError }): unknown => lastError),
    ];
    return shown.map(asShown).find((one) => one !== null) ?? null;
  }

  /** Resources that are left in Azure, and rows that are not settled. */
  async #left(): Promise<string[]> {
    const { world } = this.#parts;
    const jobId = this.#jobId;
    const { name } = this.#start;
    const { restorePoints, grants } = await world.control.snapshots();
    const isMine = (text: string): boolean => text.toLowerCase().includes(jobId) || text.includes(`${name}-`);
    const inAzure = [...restorePoints, ...grants].map((found) => JSON.stringify(found)).filter(isMine);
    const state = { not: "removed" };
    const kind = { in: ["restore-point", "snapshot", "grant", "manifest"] };
    const rows = await world.db.prisma.azureResource.findMany({ where: { jobId, state, kind } });
    const left = [
      ...inAzure.map((found) => `Left in Azure: ${found.slice(0, 160)}`),
      ...rows.map((row) => `Row not settled: ${row.kind} is ${row.state}.`),
    ];
    if (this.#trigger === "restore" && (await this.#end()) === "failed") {
      const disks = await world.db.prisma.azureResource.count({ where: { jobId, state, kind: "disk" } });
      if (disks > 0) left.push("The disk of a failed restore was left.");
    }
    return left;
  }
}

/** What the names of a case's resources match. */
function pathOf(name: string): string {
  return `\\b${name}\\b|${name}-`;
}
