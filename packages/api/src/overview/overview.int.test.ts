import { expect, test } from "vitest";
import { freshWorld } from "../../test/world.ts";

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
