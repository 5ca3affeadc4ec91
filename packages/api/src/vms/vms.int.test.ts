import { inTransaction, noteVmProblem } from "@kluis/db";
import { errorInfo, KluisError } from "@kluis/domain";
import { expect, test, vi } from "vitest";
import { errorOf, freshWorld, nightly } from "../../test/world.ts";
import { addVm, completeTasks } from "../testing.ts";

const api = freshWorld();

test("a name of two VMs is a conflict that names both; resource-group/name is unique", async () => {
  await inTransaction(api.world.api.db, (tx) => addVm(tx, { name: "shop-01", resourceGroup: "platform-rg" }));
  const error = await errorOf(api.owner.vms.get({ vm: "shop-01" }));
  expect(error).toMatchObject({ cause: { code: "CONFLICT" } });
  expect(String(error)).toContain("platform-rg/shop-01");
  expect(await api.owner.vms.get({ vm: "Commerce-RG/shop-01" })).toMatchObject({ id: api.world.commerceVm });
  // A user who sees only one of them gets no conflict and learns nothing of the other.
  expect(await api.admin.vms.get({ vm: "shop-01" })).toMatchObject({ id: api.world.commerceVm });
});

test("the list filters, sorts and pages in the database", async () => {
  await inTransaction(api.world.api.db, async (tx) => {
    for (const name of ["a-01", "b-01", "c-01", "d_01"])
      await addVm(tx, { name, resourceGroup: "commerce-rg" });
  });
  const page = await api.admin.vms.list({ sort: "name", direction: "desc", page: 2, pageSize: 2 });
  expect(page).toMatchObject({ total: 5, page: 2 });
  expect(page.rows.map((row) => row.name)).toEqual(["c-01", "b-01"]);
  expect((await api.admin.vms.list({ search: "d_" })).rows.map((row) => row.name)).toEqual(["d_01"]);
  expect((await api.admin.vms.list({ search: "%" })).total).toBe(0);
  expect((await api.admin.vms.list({ status: ["protected"] })).total).toBe(0);
  expect((await api.admin.vms.list({ resourceGroup: "COMMERCE-RG", power: ["running"] })).total).toBe(5);
  for (const sort of ["status", "resourceGroup", "policy", "lastPoint", "diskBytes"] as const) {
    expect((await api.admin.vms.list({ sort })).total).toBe(5);
  }
  expect(await api.admin.vms.facets()).toMatchObject({
    resourceGroups: ["commerce-rg"],
    statuses: { unprotected: 5 },
  });
});

test("a refresh waits until the engine has read the inventory", async () => {
  const stop = new AbortController();
  const engine = completeTasks(api.world, "discover", stop.signal);
  expect(await api.admin.vms.refresh()).toEqual({ finished: true, vms: 1 });
  stop.abort();
  await engine;
});

test("a VM whose recovery points were all deleted does not wait for its first one", async () => {
  const { jobId } = await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  expect(await api.admin.vms.get({ vm: "shop-01" })).toMatchObject({
    status: "waiting",
    statusReasonNotice: { code: "vm-waiting" },
  });
  await api.world.endJob(jobId ?? "", "succeeded");
  const point = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(1));
  expect(await api.admin.vms.get({ vm: "shop-01" })).toMatchObject({ status: "protected" });
  await api.world.api.db.prisma.recoveryPoint.update({
    where: { id: point },
    data: { state: "deleted", deletedAt: new Date() },
  });
  expect(await api.admin.vms.get({ vm: "shop-01" })).toMatchObject({
    status: "waiting",
    statusReason: "Protected. All recovery points were deleted; the next backup creates a new one.",
    statusReasonNotice: { code: "vm-points-deleted" },
  });
});

test("reading a VM reads its own policy only, once", async () => {
  for (const name of ["one", "two", "three"]) {
    await api.owner.policies.create({ name: `policy-${name}`, document: nightly });
  }
  await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  const query = vi.spyOn(api.world.portalDb.pool, "query");
  await api.admin.vms.get({ vm: "shop-01" });
  const texts = query.mock.calls.map(([text]) => JSON.stringify(text));
  query.mockRestore();
  const isOf = (table: string) => (text: string) => text.includes(`FROM \\"public\\".\\"${table}\\"`);
  expect(texts.filter(isOf("Policy"))).toHaveLength(1);
  expect(texts.filter(isOf("PolicyVersion"))).toHaveLength(1);
  expect(texts.length).toBeLessThanOrEqual(14);
});

test("the page and the list say why a VM could not be read, since when, and until it is", async () => {
  const { db } = api.world.api;
  const { commerceVm } = api.world;
  const problem = errorInfo(
    new KluisError("AZURE_FORBIDDEN", { reason: "denied", message: "A disk may not be read." }),
  );
  const note = (what: typeof problem | null, at: Date) =>
    inTransaction(db, (tx) => noteVmProblem(tx, { id: commerceVm }, { problem: what, at }));
  const first = new Date("2026-05-01T10:00:00Z");
  expect(await note(problem, first)).toEqual([commerceVm]);
  expect(await note(problem, new Date())).toEqual([]);
  const shown = {
    problem: { code: "AZURE_FORBIDDEN", message: problem.message },
    problemSince: first.toISOString(),
  };
  expect(JSON.parse(JSON.stringify(await api.admin.vms.get({ vm: "shop-01" })))).toMatchObject(shown);
  const { rows } = await api.admin.vms.list({ search: "shop-01" });
  expect(JSON.parse(JSON.stringify(rows))).toMatchObject([shown]);
  expect(await note(null, new Date())).toEqual([commerceVm]);
  expect(await api.admin.vms.get({ vm: "shop-01" })).toMatchObject({ problem: null, problemSince: null });
});
