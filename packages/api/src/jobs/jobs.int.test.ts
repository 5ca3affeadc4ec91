import { expect, test } from "vitest";
import { codeOf, eventsOf, freshWorld } from "../../test/world.ts";

const api = freshWorld();

test("a second cancellation changes nothing; an ended job is a conflict", async () => {
  const { jobId } = await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  await api.admin.jobs.cancel({ job: jobId ?? "" });
  await api.admin.jobs.cancel({ job: jobId ?? "" });
  expect((await eventsOf(api.owner, "shop-01")).filter((kind) => kind === "job.cancel-asked")).toHaveLength(
    1,
  );
  await api.world.endJob(jobId ?? "", "cancelled");
  expect(await codeOf(api.admin.jobs.cancel({ job: jobId ?? "" }))).toBe("CONFLICT");
});
