import { expect, test } from "vitest";
import { addVm, freshWorld, vmFacts } from "../../test/fixtures.ts";
import { inTransaction } from "../tx.ts";
import { countUnseenVms, listUnseenVms, markVmGone, upsertVm } from "./write.ts";

const world = freshWorld();
const stored = (id: string) => world.db.prisma.virtualMachine.findUnique({ where: { id } });

test("an upsert discovers a VM once, reports its changes, and sees a re-created VM as another one", async () => {
  const { db } = world;
  const both = await Promise.all(
    [1, 2].map(() => inTransaction(db, (tx) => upsertVm(tx, vmFacts("web-01"), world.clock))),
  );
  expect(both.map((one) => one.change).toSorted()).toEqual(["discovered", "unchanged"]);
  const id = both[0]?.id ?? "";

  world.clock.advance(60_000);
  const off = await inTransaction(db, (tx) =>
    upsertVm(tx, vmFacts("web-01", { powerState: "deallocated" }), world.clock),
  );
  expect(off).toMatchObject({ id, change: "unchanged" });
  expect(await stored(id)).toMatchObject({
    powerState: "deallocated",
    resourceGroup: "commerce-rg",
    subscriptionId: "sub-1",
    tags: { CostCenter: "42" },
    lastSeenAt: world.clock.now(),
  });
  const bigger = await inTransaction(db, (tx) =>
    upsertVm(tx, vmFacts("web-01", { size: "Standard_D4s" }), world.clock),
  );
  expect(bigger).toMatchObject({ id, change: "changed" });

  const again = await inTransaction(db, (tx) =>
    upsertVm(tx, vmFacts("web-01", { azureVmId: "azure-other" }), world.clock),
  );
  expect(again.change).toBe("discovered");
  expect(again.id).not.toBe(id);
  expect((await stored(id))?.deletedAt).toEqual(world.clock.now());
});

test("a VM that discovery does not see is marked deleted, in its own subscription only, and can return", async () => {
  const { db } = world;
  await addVm(db, world.clock, vmFacts("seen"));
  const gone = await addVm(db, world.clock, vmFacts("gone"));
  const elsewhere = await addVm(db, world.clock, vmFacts("far", { subscriptionId: "sub-2" }));
  world.clock.advance(1_000);
  const since = world.clock.now();
  // Created after this discovery listed the VMs, and already found by another one.
  const young = await addVm(db, world.clock, vmFacts("young"));
  await inTransaction(db, (tx) => upsertVm(tx, vmFacts("seen"), world.clock));
  const unseen = { subscriptionId: "SUB-1", since };
  expect(await countUnseenVms(db.prisma, unseen)).toBe(1);
  const found = await listUnseenVms(db.prisma, { ...unseen, skip: 0, limit: 10 });
  expect(found.map((vm) => vm.id)).toEqual([gone]);
  const mark = () => markVmGone(db.prisma, { id: gone, since, at: world.clock.now() });
  expect([await mark(), await mark()]).toEqual([true, false]);
  expect((await stored(young))?.deletedAt).toBeNull();
  expect((await stored(elsewhere))?.deletedAt).toBeNull();
  const back = await inTransaction(db, (tx) => upsertVm(tx, vmFacts("gone"), world.clock));
  expect(back).toMatchObject({ id: gone, change: "changed" });
  expect((await stored(gone))?.deletedAt).toBeNull();
});
