import { inTransaction } from "@kluis/db";
import { expect, test } from "vitest";
import { codeOf, errorOf, eventsOf, freshWorld, queued } from "../../test/world.ts";
import { addVm } from "../testing.ts";

const api = freshWorld();
const conditions = { tags: [{ name: "env", values: ["prod"] }] };
const shop = { team: "commerce", name: "prod", policy: "standard-daily", conditions };
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

async function tagged(name: string, resourceGroup = "commerce-rg"): Promise<string> {
  const { db } = api.world.api;
  const id = await inTransaction(db, (tx) => addVm(tx, { name, resourceGroup }));
  await db.prisma.virtualMachine.update({
    where: { id },
    data: { tags: { Env: "prod" }, tagIndex: ["env=prod"] },
  });
  return id;
}

test("a rule is saved with its event, changed with before and after, and wakes the engine", async () => {
  const { id } = await api.admin.rules.create(shop);
  expect(await queued(api.world)).toEqual(["rules.apply"]);
  const rule = await api.admin.rules.get({ rule: "prod" });
  expect(rule).toMatchObject({
    id,
    team: { name: "Commerce" },
    policy: { name: "standard-daily" },
    sentence: "tag env is prod",
    position: 1,
    savedBy: { name: "commerceAdmin" },
    block: null,
    can: { edit: true },
  });
  const stale = { rule: "prod", expectedVersion: 2, enabled: false };
  expect(await codeOf(api.admin.rules.update(stale))).toBe("CONFLICT");
  await api.admin.rules.update({ rule: "prod", expectedVersion: 1, policy: "enhanced-4h", enabled: false });
  await api.admin.rules.delete({ rule: id });
  const { rows } = await api.owner.audit.list({ kind: ["rule.created", "rule.changed", "rule.deleted"] });
  expect(rows.map(({ kind }) => kind)).toEqual(["rule.deleted", "rule.changed", "rule.created"]);
  expect(rows[1]).toMatchObject({
    target: { type: "assignment-rule", name: "prod" },
    data: {
      before: { policy: "standard-daily", enabled: true, matches: "tag env is prod" },
      after: { policy: "enhanced-4h", enabled: false },
    },
  });
});

test("only who may protect in the team writes its rules; others do not see them", async () => {
  const operator = await api.as("commerceOperator");
  expect(await codeOf(operator.rules.create(shop))).toBe("FORBIDDEN");
  expect(await codeOf(api.admin.rules.create({ ...shop, team: "platform" }))).toBe("NOT_FOUND");
  await api.owner.rules.create({ ...shop, team: "platform" });
  expect((await api.admin.rules.list()).rows).toEqual([]);
  expect(await codeOf(api.admin.rules.get({ rule: "prod" }))).toBe("NOT_FOUND");
  const reader = await api.as("platformReader");
  expect((await reader.rules.list()).rows).toMatchObject([{ name: "prod", can: { edit: false } }]);
});

test("a guardrail, a retired policy and a policy of another team refuse a rule; a paused one may stay", async () => {
  await api.admin.rules.create(shop);
  await api.owner.guardrails.update({ expectedVersion: 0, document: { teams: { tagScopes: false } } });
  const again = { ...shop, name: "again" };
  expect(await errorOf(api.admin.rules.create(again))).toMatchObject({
    cause: { code: "GUARDRAIL", reason: "tag-rule" },
  });
  expect((await api.admin.rules.get({ rule: "prod" })).block).toMatchObject({ reason: "tag-rule" });
  await api.admin.rules.update({ rule: "prod", expectedVersion: 1, enabled: false });
  await api.owner.guardrails.update({ expectedVersion: 1, document: {} });
  await api.owner.policies.retire({ policy: "standard-daily" });
  expect(await errorOf(api.admin.rules.create(again))).toMatchObject({
    cause: { code: "CONFLICT", reason: "policy-retired" },
  });
  const { document } = await api.owner.policies.get({ policy: "enhanced-4h" });
  await api.owner.policies.create({ name: "theirs", team: "platform", document });
  const theirs = { ...again, policy: "theirs" };
  expect(await codeOf(api.admin.rules.create(theirs))).toBe("POLICY_NOT_FOUND");
  expect(await errorOf(api.owner.rules.create(theirs))).toMatchObject({
    cause: { code: "INPUT_INVALID", reason: "policy-of-other-team" },
  });
});

test("the dry run explains each VM of the team, before the rule is saved", async () => {
  for (const name of ["web-01", "web-02", "web-03", "web-04"]) await tagged(name);
  await tagged("theirs-01", "platform-rg");
  await api.admin.protection.set({ vm: "web-02", policy: "enhanced-4h" });
  await api.admin.protection.set({ vm: "web-03", policy: "enhanced-4h" });
  await api.admin.protection.stop({ vm: "web-03" });
  const excluding = { vm: "web-04", reason: "moves away", expiresAt: inDays(30) };
  const { id: exclusion } = await api.admin.exclusions.add(excluding);
  const draft = { team: "commerce", policy: "standard-daily", conditions };
  const run = await api.admin.rules.preview({ draft });
  expect(run.counts).toMatchObject({ matched: 1, protected: 1, stopped: 1, excluded: 1, "not-matched": 1 });
  expect(run.total).toBe(5);
  expect(run.rows.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    "web-01 matched",
    "web-04 excluded",
    "web-03 stopped",
    "web-02 protected",
    "shop-01 not-matched",
  ]);
  expect(run.rows[1]?.exclusion).toMatchObject({ owner: "commerceAdmin", reason: "moves away" });
  expect(run.rows[2]?.stopped).toMatchObject({ by: "commerceAdmin" });
  expect(run.rows[3]?.policy).toBe("enhanced-4h");
  const only = await api.admin.rules.preview({ draft, verdict: "excluded", pageSize: 1 });
  expect([only.total, only.rows.length]).toEqual([1, 1]);

  await api.admin.rules.create(shop);
  const second = { ...draft, conditions: { tags: [{ name: "env" }] } };
  const behind = await api.admin.rules.preview({ draft: second });
  expect(behind.rows[1]).toMatchObject({ verdict: "stopped" });
  expect(behind.rows.find(({ name }) => name === "web-01")).toMatchObject({
    verdict: "earlier-rule",
    earlier: { name: "prod" },
  });
  const before = await api.admin.rules.preview({ draft: { ...second, position: 1 } });
  expect(before.counts).toMatchObject({ matched: 1, "earlier-rule": 0 });
  expect(await api.admin.rules.ofVm({ vm: "web-01" })).toMatchObject({
    verdict: "matched",
    rule: { name: "prod" },
    assigned: null,
    can: { exclude: true },
  });
  await api.admin.exclusions.end({ exclusion });
  expect((await api.admin.rules.preview({ rule: "prod" })).counts).toMatchObject({ matched: 2, excluded: 0 });
});

test("an exclusion needs the right on its VM, a reason, and an end within a year; a new one replaces it", async () => {
  const wanted = { vm: "shop-01", reason: "is replaced", expiresAt: inDays(10) };
  const operator = await api.as("commerceOperator");
  expect(await codeOf(operator.exclusions.add(wanted))).toBe("FORBIDDEN");
  expect(await codeOf(api.admin.exclusions.add({ ...wanted, expiresAt: inDays(400) }))).toBe("INPUT_INVALID");
  expect(await codeOf(api.admin.exclusions.add({ ...wanted, expiresAt: inDays(-1) }))).toBe("INPUT_INVALID");
  const stranger = { ...wanted, owner: "nobody@contoso.example" };
  expect(await errorOf(api.admin.exclusions.add(stranger))).toMatchObject({
    cause: { reason: "exclusion-owner" },
  });
  expect(await api.admin.exclusions.add(wanted)).toMatchObject({ state: "active", replaced: false });
  const owner = "commerceOperator@contoso.example";
  const added = await api.admin.exclusions.add({ ...wanted, owner, reason: "longer" });
  expect(added).toMatchObject({ replaced: true, owner: { name: "commerceOperator" } });
  expect((await operator.exclusions.list({ state: "active" })).rows).toMatchObject([
    { id: added.id, vm: { name: "shop-01" }, can: { end: false } },
  ]);
  expect(await codeOf(operator.exclusions.end({ exclusion: added.id }))).toBe("FORBIDDEN");
  const reader = await api.as("platformReader");
  expect(await reader.exclusions.list({})).toMatchObject({ rows: [], total: 0 });
  expect(await api.admin.exclusions.end({ exclusion: added.id })).toMatchObject({ state: "ended" });
  expect(await codeOf(api.admin.exclusions.end({ exclusion: added.id }))).toBe("NOT_FOUND");
  expect(await eventsOf(api.owner, "shop-01")).toEqual([
    "exclusion.added",
    "exclusion.ended",
    "exclusion.added",
    "exclusion.ended",
  ]);
});
