import { inTransaction } from "@kluis/db";
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
