/** A VM that Azure moved keeps its row: with it points, jobs, protection and history. */
import { expect, test } from "vitest";
import { addPolicy, addVm, freshWorld, vmFacts } from "../../test/fixtures.ts";
import { setProtection } from "../protections/write.ts";
import { teamsOfVm } from "../teams/work.ts";
import { ensureTeam } from "../teams/write.ts";
import { inTransaction } from "../tx.ts";
import { findMovedVm } from "./moved.ts";
import { upsertVm } from "./write.ts";

const world = freshWorld();

const place = (subscription: string, group: string, more: Parameters<typeof vmFacts>[1] = {}) =>
  vmFacts("web-01", {
    resourceId: `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/web-01`,
    subscriptionId: subscription,
    resourceGroup: group,
    ...more,
  });

async function store(facts: ReturnType<typeof vmFacts>) {
  const moved = await findMovedVm(world.db.prisma, facts);
  return inTransaction(world.db, (tx) =>
    upsertVm(tx, moved === null ? facts : { ...facts, moved }, world.clock),
  );
}

test.each([
  ["another group", "SUB-1", "Archive-RG"],
  ["another subscription", "SUB-2", "Commerce-RG"],
])("in %s it is the same row, with its protection", async (_, subscription, group) => {
  const { db, clock } = world;
  const id = await addVm(db, clock, vmFacts("web-01"));
  const { id: policyId } = await addPolicy(db, clock);
  await inTransaction(db, (tx) => setProtection(tx, { vmId: id, policyId, excludedDisks: [] }, clock));
  expect(await store(place(subscription, group))).toMatchObject({ id, change: "moved" });
  const row = await db.prisma.virtualMachine.findUniqueOrThrow({
    where: { id },
    include: { protection: true },
  });
  expect(row).toMatchObject({
    subscriptionId: subscription.toLowerCase(),
    resourceGroup: group.toLowerCase(),
    deletedAt: null,
    protection: { state: "active", policyId },
  });
  expect(await store(place(subscription, group))).toMatchObject({ id, change: "unchanged" });
  expect(await db.prisma.virtualMachine.count()).toBe(1);
});

test("a row that was marked deleted first comes back at the new place", async () => {
  const id = await addVm(world.db, world.clock, vmFacts("web-01"));
  await world.db.prisma.virtualMachine.update({ where: { id }, data: { deletedAt: world.clock.now() } });
  expect(await store(place("SUB-1", "Archive-RG"))).toMatchObject({ id, change: "moved" });
  expect(await world.db.prisma.virtualMachine.findUniqueOrThrow({ where: { id } })).toMatchObject({
    deletedAt: null,
  });
});

test("it replaces a VM that had its new place before", async () => {
  const id = await addVm(world.db, world.clock, vmFacts("web-01"));
  const old = await addVm(world.db, world.clock, place("SUB-1", "Archive-RG", { azureVmId: "azure-old" }));
  expect(await store(place("SUB-1", "Archive-RG"))).toMatchObject({ id, change: "moved" });
  const replaced = await world.db.prisma.virtualMachine.findUniqueOrThrow({ where: { id: old } });
  expect(replaced.deletedAt).not.toBeNull();
});

test("a VM with other disks, or created again under its name, is another VM", async () => {
  const id = await addVm(world.db, world.clock, vmFacts("web-01"));
  const [disk] = vmFacts("web-01").disks;
  if (disk === undefined) throw new Error("The VM has no disk.");
  const copy = place("SUB-1", "Archive-RG", { disks: [{ ...disk, uniqueId: "unique-copy" }] });
  expect(await store(copy)).toMatchObject({ change: "discovered" });
  const again = await store(vmFacts("web-01", { azureVmId: "azure-again" }));
  expect(again).toMatchObject({ change: "discovered" });
  expect(again.id).not.toBe(id);
});

test("two discoveries that see it at once move it once", async () => {
  const id = await addVm(world.db, world.clock, vmFacts("web-01"));
  const facts = place("SUB-2", "Archive-RG");
  const both = await Promise.all([store(facts), store(facts)]);
  expect(both.map((one) => one.id)).toEqual([id, id]);
  expect(both.map((one) => one.change).toSorted()).toEqual(["moved", "unchanged"]);
});

test("its teams are those of the new place", async () => {
  const { db, clock } = world;
  const id = await addVm(db, clock, vmFacts("web-01"));
  const team = (slug: string, resourceGroup: string) =>
    ensureTeam(
      db.prisma,
      { slug, name: slug, reach: [{ kind: "resource-group", subscriptionId: "sub-1", resourceGroup }] },
      clock,
    );
  await team("commerce", "commerce-rg");
  const archive = await team("archive", "archive-rg");
  await store(place("SUB-1", "Archive-RG"));
  expect(await teamsOfVm(db.prisma, id)).toEqual([archive.id]);
});
