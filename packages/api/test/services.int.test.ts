import { inTransaction } from "@kluis/db";
import { isKluisError, type PolicyDocument } from "@kluis/domain";
import { verifyLedger } from "@kluis/reports";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { createCaller } from "../src/root.ts";
import { addVm, completeTasks, createWorld, vmDisk, type World } from "../src/testing.ts";

let world: World;
let admin: ReturnType<typeof createCaller>;
let owner: ReturnType<typeof createCaller>;
beforeEach(async () => {
  world = await createWorld();
  admin = await world.as("commerceAdmin");
  owner = await world.as("owner");
});
afterEach(() => world[Symbol.asyncDispose]());

const document: PolicyDocument = {
  schedule: { kind: "daily", times: ["01:00"], timeZone: "Europe/Amsterdam" },
  retention: { daily: 7 },
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
};

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  return error instanceof Error && isKluisError(error.cause) ? error.cause.code : "none";
}

/** Kinds of the newest events about a VM, oldest first. */
async function eventsOf(vm: string): Promise<string[]> {
  const { rows } = await owner.audit.list({ vm });
  return rows.map((row) => row.kind).toReversed();
}

/** Names of what waits in the queue. */
async function queued(): Promise<string[]> {
  const { rows } = await world.api.db.pool.query<{ task: string }>(
    "SELECT task_identifier AS task FROM graphile_worker.jobs ORDER BY id",
  );
  return rows.map((row) => row.task);
}

describe("protection", () => {
  test("starts the first backup at once, in one transaction with its event and its task", async () => {
    const answer = await admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
    expect(answer).toMatchObject({
      vm: { name: "shop-01" },
      policy: { name: "standard-daily" },
      excludedDisks: [],
    });
    const vm = await admin.vms.get({ vm: "shop-01" });
    expect(vm).toMatchObject({
      status: "waiting",
      activeJob: { id: answer.jobId, kind: "backup", state: "queued" },
      protection: { state: "active", policy: { name: "standard-daily" } },
      can: { backup: true, protect: true, deletePoints: true },
    });
    expect(await eventsOf("shop-01")).toEqual(["vm.protected", "job.created"]);
    expect(await queued()).toEqual(["backup.advance"]);
    const job = await admin.jobs.get({ job: answer.jobId ?? "" });
    expect(job).toMatchObject({
      trigger: "protect",
      policy: { name: "standard-daily", version: 1 },
      can: { cancel: true },
    });
  });

  test("a change of policy starts no second backup; excluded disks stay unless they are said", async () => {
    await inTransaction(world.api.db, (tx) =>
      addVm(tx, {
        name: "db-01",
        resourceGroup: "commerce-rg",
        disks: [vmDisk(), vmDisk({ key: "0", name: "data" }), vmDisk({ key: "1", name: "tmp" })],
      }),
    );
    await admin.protection.set({ vm: "db-01", policy: "standard-daily", excludedDisks: ["1"] });
    const second = await admin.protection.set({ vm: "db-01", policy: "enhanced-4h" });
    expect(second).toMatchObject({ policy: { name: "enhanced-4h" }, excludedDisks: ["1"], jobId: null });
    expect(await queued()).toEqual(["backup.advance"]);
    expect(await eventsOf("db-01")).toEqual(["vm.protected", "job.created", "protection.changed"]);
    expect(
      await codeOf(admin.protection.set({ vm: "db-01", policy: "enhanced-4h", excludedDisks: ["7"] })),
    ).toBe("DISK_NOT_FOUND");
    const all = { vm: "db-01", policy: "enhanced-4h", excludedDisks: ["os", "0", "1"] };
    expect(await codeOf(admin.protection.set(all))).toBe("INPUT_INVALID");
  });

  test("is refused with the reason when no disk can be backed up", async () => {
    await inTransaction(world.api.db, (tx) =>
      addVm(tx, {
        name: "ultra-01",
        resourceGroup: "commerce-rg",
        disks: [vmDisk({ unsupported: "Ultra disks have no restore points." })],
      }),
    );
    const error: unknown = await admin.protection
      .set({ vm: "ultra-01", policy: "standard-daily" })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ cause: { code: "DISK_NOT_SUPPORTED", params: { vm: "ultra-01" } } });
    expect(String(error)).toContain("Ultra disks have no restore points.");
    expect(await queued()).toEqual([]);
  });

  test("stops and keeps the data", async () => {
    const { jobId } = await admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
    await world.endJob(jobId ?? "", "succeeded");
    await admin.protection.stop({ vm: "shop-01", reason: "moved away" });
    expect(await admin.vms.get({ vm: "shop-01" })).toMatchObject({
      status: "stopped",
      protection: { nextRunAt: null },
    });
    expect(await codeOf(admin.protection.stop({ vm: "shop-01" }))).toBe("VM_NOT_PROTECTED");
    expect(await codeOf(admin.backup.start({ vm: "shop-01" }))).toBe("VM_NOT_PROTECTED");
  });

  test("nothing remains of a change whose event cannot be written", async () => {
    await world.api.db.pool.query(
      `ALTER TABLE "LedgerEvent" ADD CONSTRAINT closed CHECK (kind <> 'vm.protected') NOT VALID`,
    );
    expect(await codeOf(admin.protection.set({ vm: "shop-01", policy: "standard-daily" }))).toBe("INTERNAL");
    expect(await admin.vms.get({ vm: "shop-01" })).toMatchObject({ status: "unprotected", activeJob: null });
    expect(await queued()).toEqual([]);
  });
});

describe("backup", () => {
  test("a second one while one runs is refused and names the first, also when both start at once", async () => {
    const { jobId } = await admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
    const error: unknown = await admin.backup.start({ vm: "shop-01" }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ cause: { code: "JOB_ALREADY_RUNNING", params: { job: jobId } } });
    await world.endJob(jobId ?? "", "succeeded");
    const codes = await Promise.all([1, 2, 3, 4].map(() => codeOf(admin.backup.start({ vm: "shop-01" }))));
    expect(codes.toSorted()).toEqual([
      "JOB_ALREADY_RUNNING",
      "JOB_ALREADY_RUNNING",
      "JOB_ALREADY_RUNNING",
      "none",
    ]);
  });

  test("a VM whose last backup failed is failing, with the reason, and is on the overview", async () => {
    const { jobId } = await admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
    const info = {
      code: "AZURE_UNREACHABLE",
      reason: null,
      message: "Azure does not answer.",
      action: null,
      params: {},
    } as const;
    await world.endJob(jobId ?? "", info);
    const vm = await admin.vms.get({ vm: "shop-01" });
    expect(vm).toMatchObject({
      status: "failing",
      statusReason: "Its last backup failed: Azure does not answer.",
    });
    expect(vm.history.at(-1)).toMatchObject({ status: "failed", failed: 1 });
    const overview = await admin.overview.get();
    expect(overview.vms).toMatchObject({ failing: 1, total: 1 });
    expect(overview.attention).toMatchObject([{ vm: { name: "shop-01" }, status: "failing" }]);
    expect(overview.recentFailures).toMatchObject([{ id: jobId, error: { code: "AZURE_UNREACHABLE" } }]);
    expect((await owner.overview.get()).vms).toMatchObject({ failing: 1, unprotected: 1, total: 2 });
  });

  test("cancelling twice is cancelling once; an ended job is a conflict", async () => {
    const { jobId } = await admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
    await admin.jobs.cancel({ job: jobId ?? "" });
    await admin.jobs.cancel({ job: jobId ?? "" });
    expect((await eventsOf("shop-01")).filter((kind) => kind === "job.cancel-asked")).toHaveLength(1);
    await world.endJob(jobId ?? "", "cancelled");
    expect(await codeOf(admin.jobs.cancel({ job: jobId ?? "" }))).toBe("CONFLICT");
  });
});

describe("names", () => {
  test("a name that fits two VMs is a conflict that names both; resource-group/name is not", async () => {
    await inTransaction(world.api.db, (tx) => addVm(tx, { name: "shop-01", resourceGroup: "platform-rg" }));
    const error: unknown = await owner.vms.get({ vm: "shop-01" }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ cause: { code: "CONFLICT" } });
    expect(String(error)).toContain("platform-rg/shop-01");
    expect(await owner.vms.get({ vm: "Commerce-RG/shop-01" })).toMatchObject({ id: world.commerceVm });
    // Whoever sees only one of them has no ambiguity, and learns nothing of the other.
    expect(await admin.vms.get({ vm: "shop-01" })).toMatchObject({ id: world.commerceVm });
  });

  test("the list filters, sorts and pages in the database", async () => {
    await inTransaction(world.api.db, async (tx) => {
      for (const name of ["a-01", "b-01", "c-01", "d_01"])
        await addVm(tx, { name, resourceGroup: "commerce-rg" });
    });
    const page = await admin.vms.list({ sort: "name", direction: "desc", page: 2, pageSize: 2 });
    expect(page).toMatchObject({ total: 5, page: 2 });
    expect(page.rows.map((row) => row.name)).toEqual(["c-01", "b-01"]);
    expect((await admin.vms.list({ search: "d_" })).rows.map((row) => row.name)).toEqual(["d_01"]);
    expect((await admin.vms.list({ search: "%" })).total).toBe(0);
    expect((await admin.vms.list({ status: ["protected"] })).total).toBe(0);
    expect((await admin.vms.list({ resourceGroup: "COMMERCE-RG", power: ["running"] })).total).toBe(5);
    for (const sort of ["status", "resourceGroup", "policy", "lastPoint", "diskBytes"] as const) {
      expect((await admin.vms.list({ sort })).total).toBe(5);
    }
    expect(await admin.vms.facets()).toMatchObject({
      resourceGroups: ["commerce-rg"],
      statuses: { unprotected: 5 },
    });
  });
});

describe("policies", () => {
  test("a team's policy is seen by the team alone; an edit is a new version", async () => {
    const made = await admin.policies.create({ name: "shop-nightly", document });
    expect(await codeOf((await world.as("platformReader")).policies.get({ policy: "shop-nightly" }))).toBe(
      "POLICY_NOT_FOUND",
    );
    const next = { ...document, retention: { daily: 14 } };
    expect(
      await admin.policies.update({ policy: made.id, expectedVersion: 1, document: next }),
    ).toMatchObject({ version: 2 });
    const conflict = { policy: made.id, expectedVersion: 1, document };
    expect(await codeOf(admin.policies.update(conflict))).toBe("CONFLICT");
    const view = await admin.policies.get({ policy: "shop-nightly" });
    expect(view).toMatchObject({ currentVersion: 2, team: { name: "Commerce" }, can: { edit: true } });
    expect(view.versions.map((version) => version.version)).toEqual([2, 1]);
    expect(view.sentence).toContain("14 days");
    expect(await codeOf(admin.policies.create({ name: "shop-nightly", document }))).toBe("CONFLICT");
    expect(await codeOf(admin.policies.create({ name: "theirs", team: "platform", document }))).toBe(
      "NOT_FOUND",
    );
  });

  test("the preview judges a VM's points by the rule that prunes them", async () => {
    const first = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(1));
    const second = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(2));
    const preview = await admin.policies.preview({
      document: { ...document, retention: { keepLast: 1 } },
      vm: "shop-01",
    });
    expect(preview.nextRuns).toHaveLength(10);
    expect(preview.nextRuns[0]?.local).toMatch(/01:00/);
    expect(preview.longestGapSeconds).toBe(86_400);
    const verdicts = new Map(preview.points.map((point) => [point.id, point.keep]));
    expect(verdicts).toEqual(
      new Map([
        [second, true],
        [first, false],
      ]),
    );
    expect(preview).toMatchObject({ removed: 1 });
    expect(preview.notes.join(" ")).toContain("1 recovery point");
  });

  test("input that is wrong names its fields", async () => {
    const error: unknown = await admin.policies
      .create({
        name: "Bad Name",
        document: { ...document, schedule: { kind: "daily", times: [], timeZone: "Mars" } },
      })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ cause: { code: "INPUT_INVALID" } });
    expect(String(error)).toContain("document.schedule.timeZone");
  });
});

describe("points", () => {
  test("verify and delete are jobs; a point that is going can no longer be used", async () => {
    const id = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(3));
    const verify = await admin.points.verify({ point: id, mode: "full" });
    expect(await admin.jobs.get({ job: verify.jobId })).toMatchObject({
      kind: "verify",
      pointId: id,
      parameters: { mode: "full" },
    });
    const removal = await admin.points.delete({ point: "shop-01@latest", reason: "no longer needed" });
    expect(removal.pointId).toBe(id);
    expect(await admin.points.get({ point: id })).toMatchObject({
      state: "deleting",
      can: { download: false, delete: false },
    });
    expect(await codeOf(admin.points.delete({ point: id, reason: "once more" }))).toBe("POINT_NOT_FOUND");
    expect(await codeOf(admin.restores.plan({ point: id, disk: "os", name: "x" }))).toBe("POINT_NOT_FOUND");
    expect((await eventsOf("shop-01")).slice(-2)).toEqual(["job.created", "point.delete-asked"]);
    expect(await queued()).toEqual(expect.arrayContaining(["verify.run", "point.delete"]));
  });

  test("a restore stays within the person's reach, and its plan says what will happen", async () => {
    const id = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(4));
    const plan = await admin.restores.plan({ point: id.slice(0, 30), disk: "os", name: "shop-back" });
    expect(plan.target).toMatchObject({
      resourceGroup: "commerce-rg",
      location: "westeurope",
      sku: "Premium_LRS",
    });
    expect(plan.steps.length).toBeGreaterThan(2);
    const elsewhere = { point: id, disk: "os", name: "shop-back", resourceGroup: "platform-rg" };
    expect(await codeOf(admin.restores.create(elsewhere))).toBe("FORBIDDEN");
    const { jobId } = await owner.restores.create(elsewhere);
    expect(await owner.jobs.get({ job: jobId })).toMatchObject({
      kind: "restore-disk",
      parameters: { disk: "os", name: "shop-back", resourceGroup: "platform-rg", location: "westeurope" },
    });
  });
});

describe("evidence", () => {
  test("a team's auditor would see their team's events; the ledger holds together after all this", async () => {
    await admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
    const all = await owner.audit.list({ limit: 2 });
    expect(all.rows).toHaveLength(2);
    const older = await owner.audit.list({ limit: 200, before: all.next ?? 0 });
    expect(older.rows.length + all.rows.length).toBe(all.total);
    const protectedEvent = (await owner.audit.list({ kind: ["vm.protected"] })).rows[0];
    const { id } = (await owner.teams.list()).find((team) => team.slug === "commerce") ?? { id: "none" };
    expect(protectedEvent).toMatchObject({ teamIds: [id], actor: { name: "commerceAdmin", via: "session" } });
    expect(await owner.audit.verify()).toMatchObject({ ok: true, problem: null });
    expect(await verifyLedger(world.api.db)).toMatchObject({ ok: true });
  });
});

describe("inventory", () => {
  test("a refresh waits for the engine to have read it", async () => {
    const stop = new AbortController();
    const engine = completeTasks(world, "discover", stop.signal);
    expect(await admin.vms.refresh()).toEqual({ finished: true, vms: 1 });
    stop.abort();
    await engine;
  });
});
