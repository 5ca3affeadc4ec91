/**
 * Transfers through the engine, with each part in a separate process: beside a plain copy through the same services, with two
 * engines behind a distance, and of a large sparse disk.
 */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { BlobServiceClient, ContainerSASPermissions } from "@azure/storage-blob";
import {
  connect,
  grantRead,
  grantWrite,
  parseAzureEnv,
  pollDiskSnapshot,
  pollUploadDisk,
  startDiskSnapshot,
  startUploadDisk,
} from "@kluis/azure";
import { planRestoredDisk } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { z } from "zod";
import { GROUP } from "../test/world.ts";
import { backUp, importMachines, type Machine, type Moved, type Run, restore } from "./machines.ts";
import { type Parts, startParts } from "./parts.ts";
import { cpuSecondsOf, forgetMemory, mostMemoryMib, Program } from "./program.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const RUN_BYTES = 4 * MIB;

export interface EngineRow {
  readonly step: string;
  readonly program: string;
  readonly seconds: number;
  /** Of it, while bytes moved. */
  readonly movingSeconds: number;
  /** Of the copying program or of all engines. */
  readonly cpuSeconds: number;
  /** Of Azurite and the local Azure. */
  readonly servicesCpuSeconds: number;
  /** Of the engine that needed most. */
  readonly memoryMib: number;
  readonly requests: number;
  readonly dataBytes: number;
}

export type Report = (row: EngineRow) => void;

function* randomRuns(bytes: number): Generator<Run> {
  for (let offset = 0; offset < bytes; offset += RUN_BYTES)
    yield { offset, bytes: randomBytes(Math.min(RUN_BYTES, bytes - offset)) };
}

/** Random bytes in many places, evenly spread over a disk. */
function* spreadRuns(plan: { readonly diskBytes: number; readonly count: number; readonly bytes: number }) {
  const step = Math.floor(plan.diskBytes / plan.count / MIB) * MIB;
  for (let n = 0; n < plan.count; n++) yield { offset: n * step, bytes: randomBytes(plan.bytes) };
}

const countSchema = z.object({ requests: z.number() });

interface Measure {
  readonly parts: Parts;
  readonly engines: readonly Program[];
  readonly name: string;
  readonly dataBytes: number;
}

async function measured(
  { parts, engines, name, dataBytes }: Measure,
  step: string,
  work: () => Promise<Moved>,
): Promise<EngineRow> {
  const services = Object.values(parts.pids);
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  const look = async () => ({
    own: sum(await Promise.all(engines.map(({ pid }) => cpuSecondsOf(pid)))),
    services: sum(await Promise.all(services.map(cpuSecondsOf))),
    requests: sum(await Promise.all(engines.map(async (one) => countSchema.parse(await one.ask()).requests))),
  });
  for (const { pid } of engines) await forgetMemory(pid);
  const before = await look();
  const { seconds, movingSeconds } = await work();
  const after = await look();
  return {
    step,
    program: name,
    seconds,
    movingSeconds,
    cpuSeconds: after.own - before.own,
    servicesCpuSeconds: after.services - before.services,
    memoryMib: Math.max(...(await Promise.all(engines.map(({ pid }) => mostMemoryMib(pid))))),
    requests: after.requests - before.requests,
    dataBytes,
  };
}

/** A backup and a restore of random bytes, each beside a plain copy of as many. */
export async function benchCopy(
  plan: {
    readonly dataBytes: number;
    readonly rounds: number;
    readonly folder: string;
    readonly parallel: readonly number[];
  },
  report: Report,
): Promise<void> {
  await using parts = await startParts(null, plan.folder);
  const { dataBytes } = plan;
  const disks = Array.from({ length: plan.rounds + 1 }, (_, n) => ({
    name: `vm-${n}`,
    bytes: n === 0 ? 64 * MIB : dataBytes,
    runs: randomRuns(n === 0 ? 64 * MIB : dataBytes),
  }));
  const [warm, ...machines] = await importMachines(parts, disks);
  const engine = await parts.startEngine();
  if (warm !== undefined) {
    // The first job also opens the vault and compiles the engine.
    await backUp(parts, warm);
    await restore(parts, warm, "warm-disk");
  }
  const measure = { parts, engines: [engine], name: "engine", dataBytes };
  for (const [n, machine] of machines.entries()) {
    const copies = await openCopies(parts, machine, dataBytes);
    for (const parallel of plan.parallel) report(await copies.run("backup", parallel));
    report(await measured(measure, "backup", () => backUp(parts, machine)));
    for (const parallel of plan.parallel) report(await copies.run("restore", parallel));
    const disk = `restored-${n}`;
    report(await measured(measure, "restore", () => restore(parts, machine, disk)));
    await requireEqual(parts, machine, disk);
  }
}

/** Plain copies of the disk of a VM. */
async function openCopies(parts: Parts, machine: Machine, dataBytes: number) {
  const azure = connect(parseAzureEnv(parts.env));
  const container = BlobServiceClient.fromConnectionString(parts.storage).getContainerClient(
    `copy-${machine.name}`,
  );
  await container.createIfNotExists();
  const permissions = ContainerSASPermissions.parse("rcw");
  const expiresOn = new Date(Date.now() + 86_400_000);
  const address = await container.generateSasUrl({ permissions, expiresOn });
  const jobId = randomUUID();
  const group = `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}/resourceGroups/${GROUP}/providers/Microsoft.Compute`;
  const owner = { jobId, installationId: "bench", location: "westeurope" };
  const taken = await startDiskSnapshot(azure, {
    ...owner,
    vmId: `${group}/virtualMachines/${machine.name}`,
    attempt: 0,
    slot: "os",
    diskId: `${group}/disks/${machine.name}-os`,
    access: { networkAccessPolicy: "AllowAll", diskAccessId: null, publicNetworkAccess: "Enabled" },
  });
  const { id: snapshotId } = await ended(taken, (operation) => pollDiskSnapshot(azure, operation));
  const source = await grantRead(azure, snapshotId);
  let made = 0;
  const upload = async () => {
    const created = await startUploadDisk(azure, {
      ...owner,
      subscriptionId: CONTOSO_SUBSCRIPTION_ID,
      resourceGroup: GROUP,
      name: `copied-${machine.name}-${made++}`,
      sizeBytes: dataBytes,
      disk: planRestoredDisk({ sku: "Premium_LRS", facts: null }, {}).disk,
    });
    const { diskId } = await ended(created, (operation) => pollUploadDisk(azure, operation));
    return grantWrite(azure, diskId);
  };
  return {
    async run(direction: "backup" | "restore", parallel: number): Promise<EngineRow> {
      const disk = direction === "backup" ? source : await upload();
      const order = { direction, disk: disk.sas.reveal(), container: address, bytes: dataBytes, parallel };
      return runCopy(parts, order);
    },
  };
}

interface CopyOrder {
  readonly direction: "backup" | "restore";
  readonly disk: string;
  readonly container: string;
  readonly bytes: number;
  readonly parallel: number;
}

const costSchema = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  memoryMib: z.number(),
  requests: z.number(),
});

async function runCopy(parts: Parts, order: CopyOrder): Promise<EngineRow> {
  const services = async () =>
    (await cpuSecondsOf(parts.pids.azurite)) + (await cpuSecondsOf(parts.pids.localAzure));
  const before = await services();
  const args = [JSON.stringify(order)];
  const log = join(parts.folder, "copy.log");
  const { program, first } = await Program.start("copy-child.ts", { args, env: {}, log });
  await program[Symbol.asyncDispose]();
  const cost = costSchema.parse(first);
  return {
    ...cost,
    step: order.direction,
    program: `copy, ${order.parallel} blobs at once`,
    movingSeconds: cost.seconds,
    servicesCpuSeconds: (await services()) - before,
    dataBytes: order.bytes,
  };
}

type Poll<T, O> =
  | { readonly status: "running"; readonly operation: O }
  | { readonly status: "done"; readonly result: T };

async function ended<T, O>(first: Poll<T, O>, poll: (operation: O) => Promise<Poll<T, O>>): Promise<T> {
  let state = first;
  while (state.status === "running") {
    await new Promise((resolve) => setTimeout(resolve, 50));
    state = await poll(state.operation);
  }
  return state.result;
}

/** @throws when the restored disk differs from the image */
async function requireEqual({ control, folder }: Parts, { image }: Machine, disk: string): Promise<void> {
  const to = join(folder, "restored.raw");
  await control.exportDisk({ disk, to });
  const digestOf = async (path: string): Promise<string> => {
    const hash = createHash("sha256");
    for await (const piece of createReadStream(path, { highWaterMark: RUN_BYTES }))
      hash.update(Buffer.from(piece));
    return hash.digest("hex");
  };
  const isEqual = (await digestOf(to)) === (await digestOf(image));
  await rm(to);
  if (!isEqual) throw new Error(`The restored disk ${disk} differs from its image.`);
}

/** One engine and then two, far from both services: a disk of random bytes, and one with many small pieces of data. */
export async function benchTwo(
  plan: {
    readonly dataBytes: number;
    readonly delayMs: number;
    readonly rounds: number;
    readonly folder: string;
  },
  report: Report,
): Promise<void> {
  const { dataBytes, rounds } = plan;
  await using parts = await startParts(plan.delayMs, plan.folder);
  const sizes = (diskBytes: number) => ({
    diskBytes,
    count: Math.floor(diskBytes / MIB),
    bytes: SMALL_BYTES,
  });
  const disks = ["one", "two"].flatMap((name) =>
    Array.from({ length: rounds }, (_, n) => [
      { name: `${name}-dense-${n}`, bytes: dataBytes, runs: randomRuns(dataBytes) },
      { name: `${name}-small-${n}`, bytes: 4 * dataBytes, runs: spreadRuns(sizes(4 * dataBytes)) },
    ]).flat(),
  );
  const machines = await importMachines(parts, disks);
  const first = await parts.startEngine();
  await backUpAll(
    { parts, engines: [first], machines: machines.filter(({ name }) => name.startsWith("one")), dataBytes },
    report,
  );
  const second = await parts.startEngine();
  await backUpAll(
    {
      parts,
      engines: [first, second],
      machines: machines.filter(({ name }) => name.startsWith("two")),
      dataBytes,
    },
    report,
  );
}

interface Fleet {
  readonly parts: Parts;
  readonly engines: readonly Program[];
  readonly machines: readonly Machine[];
  readonly dataBytes: number;
}

const SMALL_BYTES = 65_536;

async function backUpAll({ parts, engines, machines, dataBytes }: Fleet, report: Report): Promise<void> {
  const name = engines.length === 1 ? "1 engine" : `${engines.length} engines`;
  for (const machine of machines) {
    const isDense = machine.name.includes("dense");
    const content = isDense ? "random" : "64 KiB in each MiB";
    const bytes = isDense ? dataBytes : (4 * dataBytes * SMALL_BYTES) / MIB;
    const measure = { parts, engines, name, dataBytes: bytes };
    report(await measured(measure, `backup, ${content}`, () => backUp(parts, machine)));
    const disk = `${machine.name}-restored`;
    report(await measured(measure, `restore, ${content}`, () => restore(parts, machine, disk)));
  }
}

/** A disk of 4 TiB with data in 1,024 places: time and memory of its backup and its restore. */
export async function benchLarge(
  plan: { readonly diskBytes: number; readonly dataBytes: number; readonly folder: string },
  report: Report,
): Promise<void> {
  const { diskBytes, dataBytes } = plan;
  await using parts = await startParts(null, plan.folder);
  const count = Math.max(1, Math.floor(dataBytes / RUN_BYTES));
  const runs = spreadRuns({ diskBytes, count, bytes: RUN_BYTES });
  const [machine] = await importMachines(parts, [{ name: "large", bytes: diskBytes, runs }]);
  if (machine === undefined) return;
  const engine = await parts.startEngine();
  const measure = { parts, engines: [engine], name: "engine", dataBytes };
  report(await measured(measure, "backup", () => backUp(parts, machine)));
  report(await measured(measure, "restore", () => restore(parts, machine, "large-restored")));
}

export const defaults = { dataBytes: 2 * GIB, largeBytes: 4096 * GIB, largeDataBytes: 4 * GIB, delayMs: 30 };
