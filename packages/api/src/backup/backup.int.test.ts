import { expect, test } from "vitest";
import { codeOf, errorOf, freshWorld } from "../../test/world.ts";

const api = freshWorld();

test("a second backup of a VM is refused with the id of the first, also when both start at the same time", async () => {
  const { jobId } = await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  const error = await errorOf(api.admin.backup.start({ vm: "shop-01" }));
  expect(error).toMatchObject({ cause: { code: "JOB_ALREADY_RUNNING", params: { job: jobId } } });
  await api.world.endJob(jobId ?? "", "succeeded");
  const codes = await Promise.all([1, 2, 3, 4].map(() => codeOf(api.admin.backup.start({ vm: "shop-01" }))));
  expect(codes.toSorted()).toEqual([
    "JOB_ALREADY_RUNNING",
    "JOB_ALREADY_RUNNING",
    "JOB_ALREADY_RUNNING",
    "none",
  ]);
});
