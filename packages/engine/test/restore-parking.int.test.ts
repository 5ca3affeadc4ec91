/** Outages during a restore: they park it for as long as they last, up to a bound. */
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { askJobToCancel, createJob, inTransaction, readTransfers } from "@kluis/db";
import { engineActor, everyVm } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { startAzurite } from "@kluis/local-stack/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GROUP, MIB, type PointRow, random, standardPolicy, until, World } from "./world.ts";

/** Two parts of at most 1 GiB; each begins with a little data. */
const DISK_BYTES = 1024 * MIB + 24 * MIB;
const DATA_BYTES = 2 * MIB;
/** Tries of a task before it gives up. */
const TRIES = 25;

let world: World;
let vmId: string;
let point: PointRow;
/** The vault's server after an outage; the stack stops the first one. */
let vault: Awaited<ReturnType<typeof startAzurite>> | null = null;

beforeAll(async () => {
  world = await World.start();
  await world.startEngine();
  const patches = [0, 1024 * MIB].map((at) => random(at, DATA_BYTES));
  const image = await world.image("src", DISK_BYTES, patches);
  source = await dataOf(image);
  vmId = await world.protectedVm({ name: "src", disks: [image], policy: standardPolicy });
  point = await world.backUp(vmId);
  // Days pass in these tests: no other backup takes their time.
  await world.db.prisma.protection.update({ where: { vmId }, data: { state: "stopped" } });
});
afterEach(async () => {
  await world.control.clearFaults();
});
afterAll(async () => {
  await world.stop();
  await vault?.stop();
});

function restore(name: string): Promise<string> {
  const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: GROUP, location: "westeurope" };
  const job = {
    kind: "restore-disk",
    vmId,
    pointId: point.id,
    trigger: "manual",
    actor: engineActor,
    parameters: { disk: "os", name, ...place, sku: "Premium_LRS", choices: {} },
  } as const;
  return inTransaction(world.db, (tx) => createJob(tx, job, world.clock));
}

async function refuse(
  operation: string,
  how: { readonly status: number; readonly code: string },
  skip = 0,
): Promise<void> {
  await world.control.addFault({ match: { operation }, effect: { type: "fail", ...how }, skip });
}

const row = (jobId: string) => world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });

function parked(jobId: string) {
  return until("the restore to be parked", 60_000, async () => {
    const job = await row(jobId);
    if (job.state !== "running" && job.state !== "queued") throw new Error(JSON.stringify(job.error));
    return job.parkedSince === null ? null : job;
  });
}

const segments = async (jobId: string): Promise<string[]> => {
  const where = { disk: { jobId } };
  const rows = await world.db.prisma.jobSegment.findMany({ where, orderBy: { segment: "asc" } });
  return rows.map(({ segment, state, endedAt }) => `${segment} ${state} ${endedAt?.toISOString() ?? ""}`);
};
const isDone = (segment: string): boolean => segment.includes(" done ");

async function hitsOf(operation: string): Promise<number> {
  const faults = await world.control.faults();
  return faults.find(({ match }) => match.operation === operation)?.hits ?? 0;
}

/** The parts of the disk that have data; all others read as zeros. */
async function dataOf(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const parts = await Promise.all(
      [0, 1024 * MIB].map(
        async (at) => (await handle.read(Buffer.alloc(DATA_BYTES), 0, DATA_BYTES, at)).buffer,
      ),
    );
    return Buffer.concat(parts);
  } finally {
    await handle.close();
  }
}

async function dataOfDisk(disk: string): Promise<Buffer> {
  const to = join(world.stack.folder, `${disk}.export`);
  await world.control.exportDisk({ disk, to });
  const data = await dataOf(to);
  await rm(to);
  return data;
}

/** The disk as it was backed up. */
let source: Buffer;
const hasSourceData = async (disk: string): Promise<boolean> => source.equals(await dataOfDisk(disk));

/** The disk and the grant of a restore that did not succeed are removed. */
async function expectNothingLeft(jobId: string): Promise<void> {
  await world.control.clearFaults();
  await world.clock.jump({ minutes: 10 });
  await world.reconciled();
  const left = { jobId, state: { not: "removed" } };
  expect(await world.db.prisma.azureResource.count({ where: left })).toBe(0);
}

describe("an outage during a restore", () => {
  it("of Azure parks it for longer than its tries last, and the parts that were written stay", async () => {
    await refuse("blob.putPage", { status: 409, code: "AnotherOperationInProgress" }, 1);
    const jobId = await restore("azure");
    const first = await parked(jobId);
    expect(first).toMatchObject({ state: "running", error: null, parkedError: { code: "AZURE_CONFLICT" } });
    const written = (await segments(jobId)).filter(isDone);
    expect(written).toHaveLength(1);
    await world.clock.advance({ hours: 3 });
    const later = await row(jobId);
    expect(later).toMatchObject({ state: "running", error: null, parkedSince: first.parkedSince });
    expect(await hitsOf("blob.putPage")).toBeGreaterThan(TRIES);
    const pauseMs = (later.parkedUntil?.getTime() ?? 0) - world.clock.now().getTime();
    expect(pauseMs).toBeLessThanOrEqual(15 * 60_000);
    const raised = await world.db.prisma.attention.findUnique({ where: { key: `transfer:${jobId}` } });
    expect(raised?.notice).toMatchObject({ code: "restore-parked" });
    // No slot is held, and a restore that is parked is counted as waiting.
    const states = new Set((await segments(jobId)).map((one) => one.split(" ")[1]));
    expect(states).toEqual(new Set(["done", "waiting"]));
    const seen = await readTransfers(world.db.prisma, everyVm, world.clock.now());
    expect(seen).toMatchObject({ moving: 0, waiting: 1, parked: 1 });
    await world.control.clearFaults();
    await world.clock.jump({ minutes: 16 });
    expect(await world.ended(jobId)).toMatchObject({ state: "succeeded", error: null, parkedUntil: null });
    expect(await segments(jobId)).toEqual(expect.arrayContaining(written));
    expect(await hasSourceData("azure")).toBe(true);
  });

  it("ends with the job when a user cancels it, and nothing is left in Azure", async () => {
    // Access was given; the role is lost when the first part is written.
    await refuse("blob.putPage", { status: 403, code: "AuthorizationFailure" });
    const jobId = await restore("canceled");
    expect((await parked(jobId)).parkedError).toMatchObject({ code: "DISK_ACCESS_REFUSED" });
    await inTransaction(world.db, (tx) =>
      askJobToCancel(tx, { id: jobId, kind: "restore-disk" }, world.clock),
    );
    expect(await world.ended(jobId)).toMatchObject({ state: "cancelled", parkedUntil: null });
    await expectNothingLeft(jobId);
  });

  it("fails it at once when it has written nothing and no retry can help", async () => {
    await refuse("disks.createOrUpdate", { status: 403, code: "AuthorizationFailed" });
    const job = await world.ended(await restore("refused"));
    expect(job).toMatchObject({ state: "failed", error: { code: "AZURE_FORBIDDEN" } });
  });

  it("is given up after a bounded time, and its disk is removed", async () => {
    await refuse("blob.putPage", { status: 403, code: "AuthorizationFailure" });
    const jobId = await restore("late");
    await parked(jobId);
    await world.clock.jump({ days: 10 });
    expect(await world.ended(jobId)).toMatchObject({
      state: "failed",
      error: { code: "TRANSFER_GIVEN_UP", reason: "restore-expired", params: { days: 10 } },
    });
    await expectNothingLeft(jobId);
  });

  it("of the vault parks it too, and it continues when the vault is back", async () => {
    const { azurite, folder } = world.stack;
    await azurite.stop();
    const jobId = await restore("vault");
    expect((await parked(jobId)).parkedError).toMatchObject({ code: "VAULT_UNREACHABLE" });
    await world.clock.jump({ hours: 12 });
    expect(await row(jobId)).toMatchObject({ state: "running", error: null });
    vault = await startAzurite({ dataDir: join(folder, "azurite"), port: azurite.port });
    await world.clock.jump({ minutes: 16 });
    expect(await world.ended(jobId)).toMatchObject({ state: "succeeded", error: null });
    expect(await hasSourceData("vault")).toBe(true);
  });
});
