/** Bulk actions from start to end. An engine's database role does the virtual machines, with the function of the engine's task. */
import { type Db, inTransaction, openDatabase } from "@kluis/db";
import { doNextOfBulk, finishBulk } from "@kluis/db/actions";
import { bulkLimits, systemClock } from "@kluis/domain";
import { expect, test } from "vitest";
import { codeOf, errorOf, eventsOf, freshWorld, queued } from "../../test/world.ts";
import { addVm } from "../testing.ts";

const api = freshWorld();

async function addVms(names: readonly string[], resourceGroup = "commerce-rg"): Promise<void> {
  await inTransaction(api.world.api.db, async (tx) => {
    for (const name of names) await addVm(tx, { name, resourceGroup });
  });
}

/** Does everything that waits, as several engines at once. */
async function runAll(bulkId: string, engines = 1): Promise<void> {
  const db = await openDatabase({ url: api.world.database.roleUrls.engine, poolSize: 6 });
  try {
    await Promise.all(Array.from({ length: engines }, () => runOne(db, bulkId)));
  } finally {
    await db.close();
  }
}

async function runOne(db: Db, bulkId: string): Promise<void> {
  const deps = { db, clock: systemClock };
  do while ((await doNextOfBulk(deps, bulkId)) !== null);
  while (!(await finishBulk(deps, bulkId)));
}

test("protects all that match, once each by three engines, and says why others are refused", async () => {
  await addVms(["web-01", "web-02", "web-03"]);
  await api.admin.protection.set({ vm: "web-03", policy: "enhanced-4h" });
  const wanted = {
    kind: "protect",
    policy: "standard-daily",
    selection: { filter: { search: "web" } },
  } as const;
  expect(await api.admin.bulk.preview(wanted)).toMatchObject({
    total: 3,
    judged: 3,
    done: 2,
    requested: 0,
    refused: [{ error: { code: "CONFLICT", reason: "vm-protected" }, vms: [{ name: "web-03" }], count: 1 }],
  });
  expect(await api.world.api.db.prisma.protection.count()).toBe(1);
  expect(await codeOf(api.admin.bulk.start({ ...wanted, expected: 4 }))).toBe("CONFLICT");
  const { id, total } = await api.admin.bulk.start({ ...wanted, expected: 3 });
  expect(total).toBe(3);
  expect(await queued(api.world)).toContain("bulk.run");
  await runAll(id, 3);
  const view = await api.admin.bulk.get({ bulk: id });
  expect(view).toMatchObject({
    state: "ended",
    own: true,
    policy: { name: "standard-daily" },
    counts: { done: 2, refused: 1, waiting: 0, failed: 0 },
  });
  expect(view.items.rows.map(({ vm, state, error }) => [vm.name, state, error?.reason ?? null])).toEqual([
    ["web-01", "done", null],
    ["web-02", "done", null],
    ["web-03", "refused", "vm-protected"],
  ]);
  const vm = await api.admin.vms.get({ vm: "web-01" });
  expect(vm.activeJob?.id).toBe(view.items.rows[0]?.jobId);
  expect(await eventsOf(api.owner, "web-01")).toEqual(["vm.protected", "job.created"]);
  const events = await api.world.api.db.prisma.ledgerEvent.findMany({ where: { kind: "vm.protected" } });
  expect(events.filter(({ data }) => JSON.stringify(data).includes(id))).toHaveLength(2);
  // Running it again changes nothing.
  await runAll(id);
  expect(await api.world.api.db.prisma.ledgerEvent.count({ where: { kind: "bulk.ended" } })).toBe(1);
});

test("checks the rights when a machine is done: they are lost, and so is the user", async () => {
  await addVms(["web-01"]);
  await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  const stop = { kind: "stop", selection: { vms: ["shop-01", "web-01"] } } as const;
  const { id } = await api.admin.bulk.start(stop);
  const other = await api.admin.bulk.start(stop);
  const { prisma } = api.world.api.db;
  await prisma.teamScope.updateMany({
    where: { resourceGroup: "commerce-rg" },
    data: { resourceGroup: "none" },
  });
  await runAll(id);
  const seen = await api.owner.bulk.get({ bulk: id });
  expect(seen.items.rows.map(({ error }) => error?.code)).toEqual(["VM_NOT_FOUND", "VM_NOT_FOUND"]);
  // Who does not see the machines any more sees none of them.
  const admin = await api.as("commerceAdmin");
  expect(await admin.bulk.get({ bulk: id })).toMatchObject({ total: 0, items: { rows: [] } });
  await prisma.teamScope.updateMany({
    where: { resourceGroup: "none" },
    data: { resourceGroup: "commerce-rg" },
  });
  await api.owner.people.disable({ person: "commerceAdmin@contoso.example", reason: "a test of rights" });
  await runAll(other.id);
  const { items } = await api.owner.bulk.get({ bulk: other.id });
  expect(items.rows.map(({ error }) => [error?.code, error?.reason])).toEqual([
    ["FORBIDDEN", "bulk-starter"],
    ["FORBIDDEN", "bulk-starter"],
  ]);
  expect(await prisma.protection.count({ where: { state: "active" } })).toBe(1);
});

test("deletes data only by requests of a second person, and with their number typed", async () => {
  await api.world.addPoint(api.world.commerceVm, new Uint8Array(64 * 1024).fill(7));
  await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  const wanted = { kind: "stop-delete", selection: { vms: ["shop-01"] }, reason: "retired" } as const;
  expect(await codeOf(api.admin.bulk.start({ ...wanted, confirm: "2" }))).toBe("INPUT_INVALID");
  expect(await api.admin.bulk.preview(wanted)).toMatchObject({
    done: 0,
    requested: 1,
    most: bulkLimits.deletedMost,
  });
  const { id } = await api.admin.bulk.start({ ...wanted, confirm: "1" });
  await runAll(id);
  const [item] = (await api.admin.bulk.get({ bulk: id })).items.rows;
  expect(item).toMatchObject({ state: "requested", error: null });
  expect(await api.admin.approvals.get({ approval: item?.approvalId ?? "" })).toMatchObject({
    kind: "protection.stop",
    state: "pending",
    reason: "retired",
  });
  expect((await api.admin.vms.get({ vm: "shop-01" })).protection?.state).toBe("active");
});

test("stops, resumes under the policy that was, changes the policy, and backs up", async () => {
  const selection = { vms: ["shop-01"] };
  const run = async (kind: "stop" | "resume" | "backup", policy?: string): Promise<string> => {
    const { id } = await api.admin.bulk.start({ kind, selection, policy });
    await runAll(id);
    const [item] = (await api.admin.bulk.get({ bulk: id })).items.rows;
    return item?.error?.code ?? item?.state ?? "";
  };
  expect(await run("resume")).toBe("VM_NOT_PROTECTED");
  const { jobId } = await api.admin.protection.set({ vm: "shop-01", policy: "enhanced-4h" });
  expect(await run("resume")).toBe("CONFLICT");
  expect(await run("backup")).toBe("JOB_ALREADY_RUNNING");
  await api.world.endJob(jobId ?? "", "succeeded");
  expect(await run("backup")).toBe("done");
  expect(await run("stop")).toBe("done");
  expect(await run("resume")).toBe("done");
  expect((await api.admin.vms.get({ vm: "shop-01" })).protection).toMatchObject({
    state: "active",
    policy: { name: "enhanced-4h" },
  });
  const moved = await api.admin.bulk.start({ kind: "change-policy", policy: "standard-daily", selection });
  await runAll(moved.id);
  expect((await api.admin.vms.get({ vm: "shop-01" })).protection?.policy.name).toBe("standard-daily");
});

test("one bad machine does not stop the next, and a cancel ends what has not begun", async () => {
  await addVms(["a-01", "b-01", "c-01"]);
  const { prisma } = api.world.api.db;
  const wanted = {
    kind: "protect",
    policy: "standard-daily",
    selection: { vms: ["a-01", "b-01", "c-01"] },
  } as const;
  const { id } = await api.admin.bulk.start(wanted);
  // A row that no code can read.
  await prisma.virtualMachine.updateMany({ where: { name: "a-01" }, data: { disks: "broken" } });
  const deps = { db: api.world.api.db, clock: systemClock };
  expect(await doNextOfBulk(deps, id)).toMatchObject({ failed: { error: { code: "INTERNAL" } } });
  expect(await doNextOfBulk(deps, id)).toEqual({ failed: null });
  const other = await api.as("secondAdmin");
  expect(await codeOf(other.bulk.cancel({ bulk: id }))).toBe("FORBIDDEN");
  expect(await api.admin.bulk.cancel({ bulk: id })).toMatchObject({
    state: "cancelled",
    counts: { failed: 1, done: 1, cancelled: 1 },
  });
  expect(await doNextOfBulk(deps, id)).toBeNull();
  expect(await api.admin.bulk.cancel({ bulk: id })).toMatchObject({ can: { cancel: false } });
  expect(await prisma.ledgerEvent.count({ where: { kind: "bulk.cancelled" } })).toBe(1);
});

test("a selection is bounded, and a user has few bulk actions at once", async () => {
  const backup = { kind: "backup", selection: { vms: ["shop-01"] } } as const;
  for (let count = 0; count < bulkLimits.openOfUser; count++) await api.admin.bulk.start(backup);
  expect(await errorOf(api.admin.bulk.start(backup))).toMatchObject({ cause: { reason: "bulk-open" } });
  const second = await api.as("secondAdmin");
  const none = { kind: "backup", selection: { filter: { search: "no such machine" } } } as const;
  expect(await errorOf(second.bulk.start(none))).toMatchObject({ cause: { reason: "bulk-none" } });
  expect(await codeOf(second.bulk.start({ kind: "protect", selection: { vms: ["shop-01"] } }))).toBe(
    "INPUT_INVALID",
  );
  expect(await codeOf(second.bulk.start({ ...backup, policy: "standard-daily" }))).toBe("INPUT_INVALID");
  expect(await codeOf(second.bulk.start({ kind: "backup", selection: { vms: ["shop-01", "ops-01"] } }))).toBe(
    "VM_NOT_FOUND",
  );
  expect((await second.bulk.list({ own: true })).rows).toEqual([]);
  expect((await second.bulk.list({ state: ["running"] })).total).toBe(bulkLimits.openOfUser);
});
