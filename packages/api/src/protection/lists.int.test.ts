import { inTransaction, raiseAttention, recordListOutcome } from "@kluis/db";
import { notice } from "@kluis/domain";
import { expect, test } from "vitest";
import { codeOf, eventsOf, freshWorld } from "../../test/world.ts";

const api = freshWorld();

test("lists that were turned off are shown, and a person allows them again once, with an event", async () => {
  const { id: vmId } = await api.admin.vms.get({ vm: "shop-01" });
  const { db } = api.world.api;
  const disk = { vmId, diskUniqueId: "u-1", name: "shop-01-os" };
  const wrong = { jobId: "j-1", blocks: 2, firstOffset: 65_536 };
  const key = `changed-ranges:${vmId}/u-1` as const;
  const at = new Date("2026-11-22T12:00:00Z");
  await inTransaction(db, async (tx) => {
    await recordListOutcome(tx, { ...disk, outcome: "confirmed" }, at);
    await recordListOutcome(tx, { ...disk, outcome: wrong }, at);
    const said = notice("changed-ranges-wrong", { disk: disk.name, blocks: 2, firstOffset: 65_536 });
    await raiseAttention(tx, { key, kind: "changed-ranges", vmId, notice: said });
  });
  expect((await api.admin.vms.get({ vm: "shop-01" })).lists).toMatchObject([
    { name: "shop-01-os", deltas: 2, confirmed: 1, turnedOffAt: at.toISOString(), wrongList: wrong },
  ]);
  expect(await codeOf(api.admin.protection.allowLists({ vm: "shop-01", disk: "none" }))).toBe(
    "DISK_NOT_FOUND",
  );
  const answer = await api.admin.protection.allowLists({ vm: "shop-01", disk: "shop-01-os" });
  expect(answer).toMatchObject({ vm: { name: "shop-01" }, disk: "shop-01-os", changed: true });
  const again = await api.admin.protection.allowLists({ vm: "shop-01", disk: "u-1" });
  expect(again.changed).toBe(false);
  expect((await api.admin.vms.get({ vm: "shop-01" })).lists).toMatchObject([
    { deltas: 0, confirmed: 0, turnedOffAt: null, wrongList: null },
  ]);
  expect(await db.prisma.attention.count()).toBe(0);
  const events = await eventsOf(api.owner, "shop-01");
  expect(events.filter((kind) => kind === "protection.lists-allowed")).toHaveLength(1);
  expect(events).toContain("attention.cleared");
});
