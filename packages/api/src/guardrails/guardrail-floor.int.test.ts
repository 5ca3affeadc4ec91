/** What the guardrails of now keep of points under rules that were saved before: removals by users, previews, scopes. */
import { type Guardrails, guardrailsSchema } from "@kluis/domain";
import { expect, test } from "vitest";
import { approveAs, codeOf, errorOf, freshWorld, nightly } from "../../test/world.ts";

const api = freshWorld();
const DAY = 86_400_000;

async function set(document: Guardrails): Promise<void> {
  const { version } = await api.owner.guardrails.get();
  await api.owner.guardrails.update({ expectedVersion: version, document });
}

async function protectedPoint(softDeleteDays: number): Promise<string> {
  await api.admin.policies.create({ name: "short-undo", document: { ...nightly, softDeleteDays } });
  const { jobId } = await api.admin.protection.set({ vm: "shop-01", policy: "short-undo" });
  await api.world.endJob(jobId ?? "", "succeeded");
  return api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(3));
}

/** Days from now, rounded. */
function daysUntil(at: string | null): number {
  return Math.round((new Date(at ?? 0).getTime() - Date.now()) / DAY);
}

test("a point that a person deletes can be brought back for as long as the guardrail says", async () => {
  const point = await protectedPoint(2);
  const read = () => api.admin.points.get({ point });
  expect(await read()).toMatchObject({ softDeleteDays: 2 });
  const before = await api.admin.points.delete({ points: [point], reason: "no longer needed" });
  await set({ softDelete: { leastDays: 21 } });
  expect(await read()).toMatchObject({ softDeleteDays: 21 });
  expect(await api.admin.protection.preview({ vm: "shop-01", policy: "short-undo" })).toMatchObject({
    undoDays: 21,
  });
  // The second person would approve something else than was requested.
  const second = await api.as("secondAdmin");
  expect(await approveAs(second, before)).toMatchObject({ state: "cancelled" });
  const asked = await api.admin.points.delete({ points: [point], reason: "no longer needed" });
  expect(await approveAs(second, asked)).toMatchObject({ state: "executed", effect: { undoDays: 21 } });
  expect(daysUntil((await read()).purgeAt)).toBe(21);
  await api.admin.points.undelete({ point });
  const { keptUntil } = await api.world.api.db.prisma.recoveryPoint.findUniqueOrThrow({
    where: { id: point },
  });
  expect(daysUntil(keptUntil?.toISOString() ?? null)).toBe(21);
});

test("points that go with the protection can be brought back for as long as the guardrail says", async () => {
  const point = await protectedPoint(2);
  await set({ softDelete: { leastDays: 21 } });
  const asked = await api.admin.protection.stop({
    vm: "shop-01",
    reason: "moved away",
    deletePoints: { confirm: "shop-01" },
  });
  const second = await api.as("secondAdmin");
  expect(await approveAs(second, asked)).toMatchObject({
    state: "executed",
    effect: { points: 1, undoDays: 21 },
  });
  expect(daysUntil((await api.admin.points.get({ point })).purgeAt)).toBe(21);
});

test("a removal waits for guardrails that are being saved, and keeps to them", async () => {
  const point = await protectedPoint(2);
  const { pool } = api.world.api.db;
  const holder = await pool.connect();
  const stop = async () =>
    api.admin.protection.stop({ vm: "shop-01", reason: "moved", deletePoints: { confirm: "shop-01" } });
  try {
    // The new version has the lock and waits here to write.
    await holder.query("BEGIN");
    await holder.query(`LOCK TABLE "GuardrailVersion" IN SHARE MODE`);
    const saving = set({ softDelete: { leastDays: 21 } });
    await expect.poll(waiting).toBe(1);
    const stopping = stop();
    await expect.poll(waiting).toBe(2);
    await holder.query("COMMIT");
    await saving;
    const second = await api.as("secondAdmin");
    const asked = await stopping;
    expect(await approveAs(second, asked)).toMatchObject({ effect: { undoDays: 21 } });
  } finally {
    holder.release();
  }
  expect(daysUntil((await api.admin.points.get({ point })).purgeAt)).toBe(21);

  async function waiting(): Promise<number> {
    const { rows } = await pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows[0]?.count ?? 0;
  }
});

test("a preview of rules counts what the guardrail keeps", async () => {
  await protectedPoint(2);
  const { prisma } = api.world.api.db;
  for (let days = 1; days <= 9; days += 1) {
    const id = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(days));
    await prisma.recoveryPoint.update({
      where: { id },
      data: { takenAt: new Date(Date.now() - days * DAY) },
    });
  }
  const policy = await api.admin.policies.get({ policy: "short-undo" });
  const preview = async () => {
    const document = { ...nightly, softDeleteDays: 2, retention: { daily: 2 } };
    return api.admin.policies.preview({ policy: policy.id, document });
  };
  const free = await preview();
  await set({ retention: { shortestDays: 5 } });
  const held = await preview();
  expect(held.removed).toBeLessThan(free.removed);
  const by = held.points.filter(({ tiers }) => tiers.join() === "guardrail");
  // Of five days two are kept by the policy.
  expect(by).toHaveLength(3);
  expect(by[0]?.reason).toContain("kept by the guardrail of 5 days");
  expect(held.violations.map(({ rule }) => rule)).toEqual(["retention"]);
});

test("lower guardrails name the policies that they release, and no other", async () => {
  await protectedPoint(2);
  await api.admin.policies.create({
    name: "long",
    document: { ...nightly, retention: { daily: 60 }, softDeleteDays: 60 },
  });
  await set({ retention: { shortestDays: 30 }, softDelete: { leastDays: 30 } });
  const released = async (document: Guardrails) => {
    const shown = await api.owner.guardrails.preview({ document: guardrailsSchema.parse(document) });
    return shown.released.map(({ name }) => name);
  };
  const names = await released({});
  expect(names).toContain("short-undo");
  expect(names).not.toContain("long");
  // Still longer than the policy, and shorter than now: points go.
  expect(await released({ retention: { shortestDays: 20 }, softDelete: { leastDays: 30 } })).toContain(
    "short-undo",
  );
  expect(await released({ retention: { shortestDays: 30 }, softDelete: { leastDays: 20 } })).toContain(
    "short-undo",
  );
  expect(await released({ retention: { shortestDays: 40 }, softDelete: { leastDays: 30 } })).toEqual([]);
});

test("scopes by tag are refused where none is allowed; those of before are listed until they go", async () => {
  const tag = { kind: "tag", tagName: "team", tagValue: "shop" } as const;
  const add = (tagValue: string) =>
    api.owner.teams.addScope({ team: "commerce", scope: { ...tag, tagValue } });
  await add("shop");
  await set({ teams: { tagScopes: false } });
  const attention = () => api.world.api.db.prisma.attention.findMany({ where: { kind: "guardrail" } });
  expect((await api.owner.guardrails.violations()).totals).toMatchObject({ teams: 1 });
  expect(await attention()).toHaveLength(1);
  expect(await errorOf(add("other"))).toMatchObject({
    cause: { code: "GUARDRAIL", reason: "tag-scope", params: { tag: "team=other" } },
  });
  const { scopes } = await api.owner.teams.get({ team: "commerce" });
  const scope = scopes.find(({ kind }) => kind === "tag");
  await api.owner.teams.removeScope({ team: "commerce", scope: scope?.id ?? "" });
  expect((await api.owner.guardrails.violations()).totals).toMatchObject({ teams: 0 });
  expect(await attention()).toEqual([]);
  await set({});
  await add("other");
});

test("a policy of before is renamed and retired as it is, a copy of it must keep the guardrails", async () => {
  await protectedPoint(2);
  await set({ softDelete: { leastDays: 21 } });
  await api.admin.policies.rename({ policy: "short-undo", name: "renamed" });
  const { document } = await api.admin.policies.get({ policy: "renamed" });
  expect(await codeOf(api.admin.policies.create({ name: "copy", document }))).toBe("GUARDRAIL");
  await api.admin.policies.retire({ policy: "renamed" });
  await api.admin.policies.reinstate({ policy: "renamed" });
  // Its VM stays, and no other comes.
  await api.admin.protection.set({ vm: "shop-01", policy: "renamed", excludedDisks: [] });
  await api.admin.protection.stop({ vm: "shop-01" });
  expect(await codeOf(api.admin.protection.set({ vm: "shop-01", policy: "renamed" }))).toBe("GUARDRAIL");
});
