import { clearAttention, inTransaction, raiseAttention } from "@kluis/db";
import { notice } from "@kluis/domain";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/world.ts";
import { addVm } from "../testing.ts";

const api = freshWorld();

test("the overview shows a VM whose last backup failed, with the reason", async () => {
  const { jobId } = await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  const info = {
    code: "AZURE_UNREACHABLE",
    reason: null,
    message: "Azure does not answer.",
    action: null,
    params: {},
  } as const;
  await api.world.endJob(jobId ?? "", info);
  const vm = await api.admin.vms.get({ vm: "shop-01" });
  expect(vm).toMatchObject({
    status: "failing",
    statusReason: "The last backup failed: Azure does not answer.",
  });
  expect(vm.history.at(-1)).toMatchObject({ status: "failed", failed: 1 });
  const overview = await api.admin.overview.get();
  expect(overview.vms).toMatchObject({ failing: 1, total: 1 });
  expect(overview.attention).toMatchObject([{ vm: { name: "shop-01" }, status: "failing" }]);
  expect(overview.recentFailures).toMatchObject([{ id: jobId, error: { code: "AZURE_UNREACHABLE" } }]);
  expect((await api.owner.overview.get()).vms).toMatchObject({ failing: 1, unprotected: 1, total: 2 });
});

test("the total is the sum of the shown statuses, without deleted VMs", async () => {
  const { db } = api.world.api;
  await inTransaction(db, async (tx) => {
    const id = await addVm(tx, { name: "gone-01", resourceGroup: "commerce-rg" });
    await tx.virtualMachine.update({ where: { id }, data: { deletedAt: new Date() } });
  });
  const { total, deleted, ...shown } = (await api.owner.overview.get()).vms;
  expect({ total, deleted }).toEqual({ total: 2, deleted: 1 });
  expect(Object.values(shown).reduce((sum, count) => sum + count, 0)).toBe(total);
});

test("what is raised about a VM is for those who see it, and is a part of health", async () => {
  const { db } = api.world.api;
  const about = (vmId: string | null) =>
    ({ kind: "azure-removal", vmId, notice: notice("snapshot-removing", {}) }) as const;
  const keys = ["azure-removal:shop", "azure-removal:ops"] as const;
  await inTransaction(db, async (tx) => {
    await raiseAttention(tx, { key: keys[0], ...about(api.world.commerceVm) });
    await raiseAttention(tx, { key: keys[1], ...about(api.world.platformVm) });
  });
  expect(await api.admin.overview.get()).toMatchObject({
    raised: [{ vm: { name: "shop-01" } }],
    raisedCount: 1,
  });
  expect(await api.owner.overview.get()).toMatchObject({ raisedCount: 2 });
  const attention = async () =>
    (await api.owner.settings.health()).parts.find(({ part }) => part === "attention");
  expect(await attention()).toMatchObject({ ok: false, code: "ATTENTION" });
  await inTransaction(db, async (tx) => {
    for (const key of keys) await clearAttention(tx, key);
  });
  expect(await attention()).toBeUndefined();
});
