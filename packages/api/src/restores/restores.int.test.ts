import { expect, test } from "vitest";
import { codeOf, freshWorld } from "../../test/world.ts";

const api = freshWorld();

test("a restore stays within the user's reach, and its plan lists the steps", async () => {
  const id = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(4));
  const plan = await api.admin.restores.plan({ point: id.slice(0, 30), disk: "os", name: "shop-back" });
  expect(plan.target).toMatchObject({
    resourceGroup: "commerce-rg",
    location: "westeurope",
    sku: "Premium_LRS",
  });
  expect(plan.steps.length).toBeGreaterThan(2);
  const elsewhere = { point: id, disk: "os", name: "shop-back", resourceGroup: "platform-rg" };
  expect(await codeOf(api.admin.restores.create(elsewhere))).toBe("FORBIDDEN");
  const { jobId } = await api.owner.restores.create(elsewhere);
  expect(await api.owner.jobs.get({ job: jobId })).toMatchObject({
    kind: "restore-disk",
    parameters: { disk: "os", name: "shop-back", resourceGroup: "platform-rg", location: "westeurope" },
  });
});
