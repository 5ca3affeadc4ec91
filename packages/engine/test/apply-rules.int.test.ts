/** Assignment rules as the engine applies them, with the rights of its database role. */
import {
  addExclusion,
  addGuardrailVersion,
  assignRole,
  createAssignmentRule,
  createConnection,
  createPolicy,
  type Db,
  disablePerson,
  ensureTeam,
  inTransaction,
  newId,
  openDatabase,
  readRecurringWork,
  selectSubscriptions,
  setProtection,
  stopProtection,
  upsertPerson,
} from "@kluis/db";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { type Actor, cloudEndpoints, engineActor, systemClock } from "@kluis/domain";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { applyRules } from "../src/inventory/apply-rules.ts";
import { vmRow } from "./vm-row.ts";
import { standardPolicy } from "./world.ts";

const SUBSCRIPTION = "sub-1";
const conditions = { tags: [{ name: "env", values: ["prod"] }] };

let database: TestDatabase;
let db: Db;
/** With the rights of the engine. */
let engineDb: Db;
let ada: Actor & { readonly kind: "person" };
let team: { readonly id: string; readonly name: string };
let policy: { readonly id: string; readonly name: string };
let ruleId: string;

beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
  engineDb = await openDatabase({ url: database.roleUrls.engine, poolSize: 6 });
  await inTransaction(db, async (tx) => {
    const facts = { tenantId: "t", objectId: "ada", name: "Ada", username: "ada@x", groupIds: [] };
    const { id } = await upsertPerson(tx, facts, systemClock);
    ada = { kind: "person", personId: id, name: "Ada", via: "session" };
    const reach = [
      { kind: "resource-group", subscriptionId: SUBSCRIPTION, resourceGroup: "commerce-rg" } as const,
    ];
    team = { name: "Shop", ...(await ensureTeam(tx, { slug: "shop", name: "Shop", reach }, systemClock)) };
    await assignRole(tx, { role: "backup-admin", teamId: team.id, holder: { personId: id } }, systemClock);
    const document = standardPolicy;
    const made = { name: "daily", description: "", teamId: null, document, actor: engineActor };
    policy = await createPolicy(tx, made, systemClock);
    const managed = { credentialKind: "managed-identity", clientId: null, sealedSecret: null } as const;
    const connection = { id: newId(), name: "main", source: "environment", state: "enabled" } as const;
    const endpoints = { cloud: "public", tenantId: "t", ...cloudEndpoints.public } as const;
    await createConnection(tx, { ...connection, ...managed, ...endpoints }, systemClock);
    const subscriptions = [{ id: SUBSCRIPTION, name: SUBSCRIPTION }];
    await selectSubscriptions(tx, { connectionId: connection.id, tenantId: "t", subscriptions });
    const rule = { name: "prod", team, policy, enabled: true, conditions, position: 1, actor: ada };
    ruleId = (await createAssignmentRule(tx, rule, systemClock)).id;
  });
});
afterEach(async () => {
  await engineDb.close();
  await database.drop();
});

const disk = {
  key: "os",
  name: "os",
  resourceId: "/disks/os",
  uniqueId: "u",
  bytes: 2 ** 30,
  sku: "Premium_LRS",
  unsupported: null,
};

async function addVm(
  name: string,
  { env = "prod", group = "commerce-rg", unsupported = null as string | null } = {},
): Promise<string> {
  const disks = [{ ...disk, unsupported }];
  const row = { ...vmRow(name, { subscription: SUBSCRIPTION, group }), disks };
  await db.prisma.virtualMachine.create({
    data: { ...row, tags: { Env: env }, tagIndex: [`env=${env}`] },
  });
  return row.id;
}

const deps = () => ({ db: engineDb, clock: systemClock, log: pino({ level: "silent" }) });
const apply = () => applyRules(deps(), AbortSignal.timeout(120_000));
const protectedNames = async () =>
  (await db.prisma.protection.findMany({ where: { state: "active" }, include: { vm: true } }))
    .map(({ vm }) => vm.name)
    .toSorted();
const raised = () => db.prisma.attention.findMany({ orderBy: { key: "asc" } });

it("protects what matches once, also when two engines do it at once, and names rule and causer", async () => {
  const first = await addVm("web-01");
  for (let at = 2; at <= 120; at += 1) await addVm(`web-${at}`);
  await addVm("test-01", { env: "test" });
  await addVm("other-01", { group: "platform-rg" });
  await Promise.all([apply(), apply()]);
  await apply();
  expect(await protectedNames()).toHaveLength(120);
  expect(await protectedNames()).not.toContain("other-01");
  expect(await db.prisma.job.count({ where: { kind: "backup", trigger: "protect" } })).toBe(120);
  expect(await db.prisma.protection.findUnique({ where: { vmId: first } })).toMatchObject({
    policyId: policy.id,
    assignedRuleId: ruleId,
    assignedBy: { kind: "person", personId: ada.personId, name: "rule prod, saved by Ada" },
  });
  const events = await db.prisma.ledgerEvent.findMany({ where: { vmId: first }, orderBy: { seq: "asc" } });
  expect(events.map(({ kind }) => kind)).toEqual(["vm.protected", "job.created"]);
  expect(events[0]).toMatchObject({
    actor: engineActor,
    teamIds: [team.id],
    data: { rule: "prod", ruleVersion: 1, savedBy: "rule prod, saved by Ada" },
  });
  expect(await readRecurringWork(db.prisma, "assignment")).toMatchObject({ lastFailed: 0, cursor: null });
});

it("moves no VM, and leaves those that a person stopped, excluded or protected", async () => {
  const [stopped, moved, excluded] = [await addVm("stopped"), await addVm("moved"), await addVm("excluded")];
  await inTransaction(db, async (tx) => {
    const made = { name: "other", description: "", teamId: null, document: standardPolicy, actor: ada };
    const other = await createPolicy(tx, made, systemClock);
    for (const vmId of [stopped, moved])
      await setProtection(tx, { vmId, policyId: other.id, excludedDisks: [], by: ada }, systemClock);
    await stopProtection(tx, stopped, { at: new Date(), by: ada });
    const vm = { id: excluded, name: "excluded" };
    const owner = { id: ada.personId, name: "Ada" };
    const expiresAt = new Date(Date.now() + 86_400_000);
    await addExclusion(tx, { vm, owner, reason: "a test", expiresAt, actor: ada }, systemClock);
  });
  await apply();
  expect(await protectedNames()).toEqual(["moved"]);
  const [protection] = await db.prisma.protection.findMany({
    where: { vmId: moved },
    include: { policy: true },
  });
  expect(protection).toMatchObject({ policy: { name: "other" }, assignedRuleId: null });
  // It ends within a week, so a person is told once.
  expect(await raised()).toMatchObject([{ key: `exclusion:${excluded}`, vmId: excluded }]);
  const past = new Date(Date.now() - 1_000);
  await db.prisma.assignmentExclusion.updateMany({
    data: { expiresAt: past, createdAt: new Date(Date.now() - 5_000) },
  });
  await Promise.all([apply(), apply()]);
  expect(await protectedNames()).toEqual(["excluded", "moved"]);
  expect(await raised()).toEqual([]);
  expect(await db.prisma.ledgerEvent.count({ where: { kind: "exclusion.expired" } })).toBe(1);
});

it("a VM stays protected when its tag goes away", async () => {
  const vmId = await addVm("web-01");
  await apply();
  await db.prisma.virtualMachine.update({ where: { id: vmId }, data: { tags: {}, tagIndex: [] } });
  await apply();
  expect(await protectedNames()).toEqual(["web-01"]);
});

it("one VM that cannot be protected stops no other; the reason is noted once and cleared when it ends", async () => {
  await addVm("bad", { unsupported: "No." });
  await addVm("good");
  await apply();
  await apply();
  expect(await protectedNames()).toEqual(["good"]);
  const [attention] = await raised();
  expect(attention).toMatchObject({
    key: `assignment:${ruleId}`,
    message: "The assignment rule prod cannot protect 1 virtual machine that it matches, bad first.",
    error: { code: "DISK_NOT_SUPPORTED", reason: "no-disk-left" },
  });
  expect(await db.prisma.ledgerEvent.count({ where: { kind: "attention.raised" } })).toBe(1);
  expect(await readRecurringWork(db.prisma, "assignment")).toMatchObject({ lastFailed: 0 });
  await db.prisma.virtualMachine.updateMany({ where: { name: "bad" }, data: { disks: [disk] } });
  await apply();
  expect(await protectedNames()).toEqual(["bad", "good"]);
  expect(await raised()).toEqual([]);
  expect(await db.prisma.assignmentRefusal.count()).toBe(0);
});

it("applies with the rights and guardrails of now, and again when they allow it", async () => {
  await addVm("web-01");
  const guardrails = (document: object, expectedVersion: number) =>
    inTransaction(db, (tx) =>
      addGuardrailVersion(tx, { expectedVersion, document, actor: ada }, systemClock),
    );
  await guardrails({ teams: { tagScopes: false } }, 0);
  await apply();
  expect(await protectedNames()).toEqual([]);
  expect((await raised())[0]).toMatchObject({ error: { code: "GUARDRAIL", reason: "tag-rule" } });
  await guardrails({}, 1);
  await disablePerson(db.prisma, ada.personId, { by: "kluis", now: new Date() });
  await apply();
  expect(await protectedNames()).toEqual([]);
  expect((await raised())[0]).toMatchObject({ error: { code: "FORBIDDEN", reason: "rule-saver" } });
  await db.prisma.person.updateMany({ data: { disabledAt: null, disabledBy: null } });
  await db.prisma.azureConnection.updateMany({ data: { state: "disabled" } });
  await apply();
  expect(await protectedNames()).toEqual([]);
  await db.prisma.azureConnection.updateMany({ data: { state: "enabled" } });
  await apply();
  expect(await protectedNames()).toEqual(["web-01"]);
  expect(await raised()).toEqual([]);
});
