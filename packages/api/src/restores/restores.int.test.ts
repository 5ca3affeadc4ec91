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
  expect(plan.stepNotices.map(({ code }) => code)).toEqual([
    "restore-creates-disk",
    "restore-opens-access",
    "restore-writes",
    "restore-closes-access",
  ]);
  expect(plan.steps).toHaveLength(4);
  expect(plan.steps[0]).toContain("shop-back (Premium_LRS) in resource group commerce-rg, westeurope");
  expect(plan.noteNotices.map(({ code }) => code)).toEqual([
    "restore-keeps-vm",
    "restore-name-taken",
    "restore-facts-not-recorded",
  ]);
  expect(plan.missing).toBeNull();
  const elsewhere = { point: id, disk: "os", name: "shop-back", resourceGroup: "platform-rg" };
  expect(await codeOf(api.admin.restores.create(elsewhere))).toBe("FORBIDDEN");
  const { jobId } = await api.owner.restores.create(elsewhere);
  expect(await api.owner.jobs.get({ job: jobId })).toMatchObject({
    kind: "restore-disk",
    parameters: { disk: "os", name: "shop-back", resourceGroup: "platform-rg", location: "westeurope" },
  });
});

test("a damaged point is restored without what is damaged only when the user chooses it", async () => {
  const point = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(5));
  await api.world.api.db.prisma.recoveryPoint.update({ where: { id: point }, data: { state: "damaged" } });
  const input = { point, disk: "os", name: "shop-part" };
  const noteOf = async (skipDamaged: boolean) => {
    const plan = await api.admin.restores.plan({ ...input, skipDamaged });
    expect(plan.missing).toEqual({ bytes: 0, count: 0, ranges: [], searched: false });
    return plan.noteNotices.at(-1)?.code;
  };
  expect(await noteOf(false)).toBe("restore-from-damaged");
  expect(await noteOf(true)).toBe("restore-skips-unknown");
  const { jobId } = await api.admin.restores.create({ ...input, skipDamaged: true });
  expect((await api.admin.jobs.get({ job: jobId })).parameters).toMatchObject({ skipDamaged: true });
  const { prisma } = api.world.api.db;
  const events = await prisma.ledgerEvent.findMany({
    where: { kind: "job.created" },
    orderBy: { seq: "desc" },
  });
  expect(events[0]?.data).toMatchObject({ pointId: point, skipDamaged: true });
});
