import { verifyLedger } from "@kluis/reports";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/world.ts";

const api = freshWorld();

test("events name the team that reaches the VM, and the ledger is intact", async () => {
  await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  const all = await api.owner.audit.list({ limit: 2 });
  expect(all.rows).toHaveLength(2);
  const older = await api.owner.audit.list({ limit: 200, before: all.next ?? 0 });
  expect(older.rows.length + all.rows.length).toBe(all.total);
  const protectedEvent = (await api.owner.audit.list({ kind: ["vm.protected"] })).rows[0];
  const { id } = (await api.owner.teams.list()).find((team) => team.slug === "commerce") ?? { id: "none" };
  expect(protectedEvent).toMatchObject({ teamIds: [id], actor: { name: "commerceAdmin", via: "session" } });
  // The chain is whole; no engine runs here that would anchor it.
  expect(await verifyLedger(api.world.api.db)).toMatchObject({
    events: all.total,
    problem: { kind: "unanchored" },
  });
});
