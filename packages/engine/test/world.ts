/** The environment of the engine's tests: PostgreSQL, Azurite, the local Azure, and VMs with small disks. */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type AzureConnection, connect, parseAzureEnv } from "@kluis/azure";
import { createJob, createPolicy, inTransaction, loadWorkJob, setProtection, type WorkJob } from "@kluis/db";
import { engineActor, KluisError, type PolicyDocument } from "@kluis/domain";
import {
  assignRoleFile,
  CONTOSO_SUBSCRIPTION_ID,
  CONTOSO_SUBSCRIPTION_NAME,
  ENGINE_PRINCIPAL_ID,
  type Fabric,
  OWNER_CLIENT_ID,
  parseRoleFile,
} from "@kluis/local-azure";
import { startTestStack, type TestStack, type TestStackOptions } from "@kluis/local-stack/testing";
import { parseNodeRef } from "@kluis/vault";
import { type Engine, type EngineOptions, startEngine } from "../src/engine.ts";
import { parseEngineEnv } from "../src/env.ts";
import { discover } from "../src/inventory/discover.ts";
import { TestClock } from "./clock.ts";

export const MIB = 1024 * 1024;
export const GROUP = "commerce-rg";

/** An outage of the vault costs no real seconds. */
const VAULT_RETRY_MS = 20;

const quiet = { KLUIS_LOG_LEVEL: process.env["KLUIS_TEST_LOG"] ?? "error", KLUIS_LOG_FORMAT: "text" };

/** Seeds one empty subscription that the engine can use. */
export async function emptySubscription(fabric: Fabric): Promise<void> {
  const scope = `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}`;
  await fabric.ensureSubscription({ id: CONTOSO_SUBSCRIPTION_ID, name: CONTOSO_SUBSCRIPTION_NAME });
  await fabric.ensureResourceGroup({
    subscriptionId: CONTOSO_SUBSCRIPTION_ID,
    name: GROUP,
    location: "westeurope",
  });
  // The role of docs/azure-role.json, and no other.
  const role = parseRoleFile(
    await readFile(join(import.meta.dirname, "../../../docs/azure-role.json"), "utf8"),
  );
  await assignRoleFile(fabric, role, { principalId: ENGINE_PRINCIPAL_ID, scope });
}

export const standardPolicy: PolicyDocument = {
  schedule: { kind: "daily", times: ["01:00"], timeZone: "Europe/Amsterdam" },
  retention: { daily: 30 },
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
};
export const enhancedPolicy: PolicyDocument = { ...standardPolicy, instantRestoreDays: 2 };

/** A run of bytes on a disk; the rest is a hole. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A VM to import and protect. */
interface NewVm {
  readonly name: string;
  readonly os?: "linux" | "windows";
  readonly stopped?: boolean;
  /** Default: the local Azure's. */
  readonly size?: string;
  readonly zones?: readonly string[];
  readonly disks: readonly string[];
  readonly policy: PolicyDocument;
}

export class World {
  readonly stack: TestStack;
  readonly engines: Engine[] = [];
  /** The time of everything: engines, database, queue and local Azure. */
  readonly clock: TestClock;

  constructor(stack: TestStack) {
    this.stack = stack;
    this.clock = new TestClock(stack);
  }

  /** @param settings of the local Azure; without them it neither waits nor throttles */
  static async start(settings?: TestStackOptions["settings"]): Promise<World> {
    return new World(await startTestStack({ seedFleet: emptySubscription, ...(settings && { settings }) }));
  }

  get db(): TestStack["database"]["db"] {
    return this.stack.database.db;
  }

  get control(): TestStack["localAzure"]["control"] {
    return this.stack.localAzure.control;
  }

  get engineEnv(): Record<string, string> {
    return { ...this.stack.engineEnv, ...quiet };
  }

  /** Azure as the owner of the VMs sees it: the engine's role does not change VMs. */
  owner(): AzureConnection {
    const { engineEnv, localAzure } = this.stack;
    const secret = localAzure.entra.secrets().owner;
    const credential = { kind: "secret", clientId: OWNER_CLIENT_ID, secret } as const;
    return connect({ ...parseAzureEnv(engineEnv), credential }, { now: () => this.clock.now().getTime() });
  }

  async startEngine(
    options: Pick<EngineOptions, "recurring" | "azureTimeoutMs" | "requestLimit"> & {
      /** Replaces settings of the environment. */
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Engine> {
    const { env = {}, recurring = false, ...rest } = options;
    const config = parseEngineEnv({ ...this.engineEnv, ...env });
    const engine = await startEngine(config, {
      ...rest,
      recurring,
      clock: this.clock,
      vaultRetryMs: VAULT_RETRY_MS,
    });
    this.engines.push(engine);
    return engine;
  }

  async stop(): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine.stop()));
    await this.stack.stop();
  }

  /** Creates or changes an image file. */
  async image(name: string, bytes: number, patches: readonly Patch[]): Promise<string> {
    const file = join(this.stack.folder, `${name}.raw`);
    const handle = await open(file, "a+").then(async (made) => {
      await made.close();
      return open(file, "r+");
    });
    try {
      await handle.truncate(bytes);
      for (const patch of patches) await handle.write(patch.bytes, 0, patch.bytes.length, patch.offset);
    } finally {
      await handle.close();
    }
    return file;
  }

  /** Imports a VM, discovers it and protects it. Returns its id. */
  async protectedVm(vm: NewVm): Promise<string> {
    const ids = await this.protectedVms([vm]);
    return ids.get(vm.name) ?? "";
  }

  /** As `protectedVm`, with one discovery for all. Returns their ids by name. */
  async protectedVms(vms: readonly NewVm[]): Promise<Map<string, string>> {
    for (const { name, os = "linux", stopped = false, size, zones, disks } of vms) {
      const vm = { vm: name, os, resourceGroup: GROUP, stopped, disks: [...disks] };
      await this.control.importVm({ ...vm, ...(size && { size }), ...(zones && { zones: [...zones] }) });
    }
    const [engine] = this.engines;
    if (engine === undefined) throw new Error("Start an engine first.");
    await discover(engine.deps, null, AbortSignal.timeout(30_000));
    const ids = new Map<string, string>();
    for (const { name, policy } of vms) ids.set(name, await this.#protect(name, policy));
    return ids;
  }

  #protect(name: string, policy: PolicyDocument): Promise<string> {
    return inTransaction(this.db, async (tx) => {
      const { id } = await tx.virtualMachine.findFirstOrThrow({ where: { name, deletedAt: null } });
      const made = {
        name: `policy-${name}`,
        description: "",
        teamId: null,
        document: policy,
        actor: engineActor,
      };
      const { id: policyId } = await createPolicy(tx, made, this.clock);
      await setProtection(tx, { vmId: id, policyId, excludedDisks: [] }, this.clock);
      return id;
    });
  }

  /** Ends the confirmation of Azure's lists for the disks of a VM, as if many deltas had been confirmed. */
  async trustLists(vmId: string): Promise<void> {
    const points = await this.db.prisma.recoveryPoint.findMany({ where: { vmId }, include: { disks: true } });
    const disks = new Map(
      points.flatMap((point) => point.disks).map((disk) => [disk.diskUniqueId, disk.name]),
    );
    await this.db.prisma.diskTrust.createMany({
      data: [...disks].map(([diskUniqueId, name]) => ({ vmId, diskUniqueId, name, deltas: 3, confirmed: 3 })),
      skipDuplicates: true,
    });
    await this.db.prisma.diskTrust.updateMany({ where: { vmId }, data: { deltas: 3 } });
  }

  /** Starts a manual backup. */
  async startBackup(vmId: string): Promise<string> {
    return inTransaction(this.db, async (tx) => {
      const version = await tx.policyVersion.findFirstOrThrow({
        where: { policy: { protections: { some: { vmId } } } },
        orderBy: { version: "desc" },
      });
      const job = {
        kind: "backup",
        vmId,
        policyVersionId: version.id,
        trigger: "manual",
        actor: engineActor,
      } as const;
      return createJob(tx, job, this.clock);
    });
  }

  /** Waits for the end of a job, and until the reconciler has tried what the job left. @throws after the time limit */
  async ended(jobId: string, limitMs = 100_000): Promise<WorkJob> {
    const job = await this.#jobEnd(jobId, limitMs);
    const untried = { nextTryAt: { not: null }, tries: 0 };
    const deadline = performance.now() + 10_000;
    while (performance.now() < deadline) {
      if ((await this.db.prisma.azureResource.count({ where: untried })) === 0) break;
      await this.clock.pass();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return job;
  }

  #jobEnd(jobId: string, limitMs: number): Promise<WorkJob> {
    return this.until(`the end of job ${jobId}`, limitMs, async () => {
      const job = await loadWorkJob(this.db.prisma, jobId);
      return job !== null && job.state !== "queued" && job.state !== "running" ? job : null;
    });
  }

  /** As `until`, and short pauses of the queue take no time. */
  until<T>(what: string, limitMs: number, query: () => Promise<T | null>): Promise<T> {
    return until(what, limitMs, async () => {
      const found = await query();
      if (found === null) await this.clock.pass();
      return found;
    });
  }

  /** Backs up a VM and returns the recovery point. */
  async backUp(vmId: string): Promise<PointRow> {
    const jobId = await this.startBackup(vmId);
    const job = await this.ended(jobId);
    const point = await this.db.prisma.recoveryPoint.findUnique({
      where: { jobId },
      include: { disks: true },
    });
    if (point === null) throw new Error(`The backup ended as ${job.state}: ${JSON.stringify(job.error)}`);
    return point;
  }

  /** SHA-256 of the current content of a managed disk. */
  async diskDigest(diskName: string): Promise<string> {
    const to = join(this.stack.folder, `${diskName}-${randomBytes(4).toString("hex")}.export`);
    await this.control.exportDisk({ disk: diskName, to });
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(to, { highWaterMark: 4 * MIB })) hash.update(asBuffer(chunk));
    await rm(to);
    return hash.digest("hex");
  }

  /** SHA-256 of a disk in a recovery point, read from the vault. */
  async pointDigest(point: PointRow, diskKey: string): Promise<string> {
    const [engine] = this.engines;
    const disk = point.disks.find((one) => one.diskKey === diskKey);
    if (engine === undefined || disk === undefined) throw new Error("There is no engine or no such disk.");
    const root = disk.root === null ? null : parseNodeRef(disk.root);
    const size = Number(disk.diskBytes);
    const reader = (await engine.deps.vaults.open(point.vaultId)).vault.openDisk(root, size);
    const hash = createHash("sha256");
    for (let offset = 0; offset < size; offset += 4 * MIB) {
      hash.update(await reader.read(offset, Math.min(4 * MIB, size - offset), AbortSignal.timeout(60_000)));
    }
    return hash.digest("hex");
  }

  /** The recovery point of a job. */
  pointOf(jobId: string): Promise<PointRow> {
    return this.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { jobId }, include: { disks: true } });
  }

  /** Waits until the reconciler has nothing left to remove. */
  async reconciled(limitMs = 30_000): Promise<void> {
    const { azureResource } = this.db.prisma;
    await this.until("the end of all removals", limitMs, async () =>
      (await azureResource.count({ where: { nextTryAt: { not: null } } })) === 0 ? true : null,
    );
  }

  /** Ids of the snapshots and grants that jobs left in Azure, or in the database. */
  async leftInAzure(): Promise<string[]> {
    await this.reconciled();
    const { restorePoints, snapshots, grants } = await this.control.snapshots();
    const rows = await this.db.prisma.azureResource.findMany({
      where: { state: { not: "removed" }, kind: { in: ["restore-point", "snapshot", "grant"] } },
    });
    return [
      ...[...restorePoints, ...snapshots, ...grants].map((one) => JSON.stringify(one)),
      ...rows.map(({ id }) => id),
    ];
  }

  async steps(jobId: string): Promise<Record<string, { state: string; message: string }>> {
    const rows = await this.db.prisma.jobStep.findMany({ where: { jobId }, orderBy: { ordinal: "asc" } });
    return Object.fromEntries(rows.map(({ name, state, message }) => [name, { state, message }]));
  }
}

type Prisma = TestStack["database"]["db"]["prisma"];
export type PointRow = NonNullable<Awaited<ReturnType<typeof findPoint>>>;
function findPoint(prisma: Prisma, jobId: string) {
  return prisma.recoveryPoint.findUnique({ where: { jobId }, include: { disks: true } });
}

function asBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  throw new KluisError("INTERNAL", { message: "Not a buffer." });
}

export function random(offset: number, length: number): Patch {
  return { offset, bytes: randomBytes(length) };
}

/** Polls until the query returns a result. @throws after the time limit */
export async function until<T>(what: string, limitMs: number, query: () => Promise<T | null>): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await query();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`Timeout: waited ${limitMs} ms for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
