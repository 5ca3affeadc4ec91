import { can, policyDocumentSchema, systemClock } from "@kluis/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestClock } from "../test/fixtures.ts";
import { walkLedger } from "./ledger/append.ts";
import { upsertPerson } from "./people/write.ts";
import { basicPolicies, seedBasics } from "./seed.ts";
import { readAccess } from "./teams/read.ts";
import { createTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const facts = {
  subscriptionId: "SUB-1",
  groups: {
    owners: "g1",
    auditors: "g2",
    commerceAdmins: "g3",
    commerceOperators: "g4",
    platformReaders: "g5",
  },
  groupNames: { g1: "kluis-owners" },
  clock: new TestClock(),
};

test("two parallel starts and a third one seed everything once, with its events", async () => {
  await Promise.all([seedBasics(database.db, facts), seedBasics(database.db, facts)]);
  await seedBasics(database.db, facts);
  const { prisma } = database.db;
  expect(await prisma.team.count()).toBe(2);
  expect(await prisma.roleAssignment.count()).toBe(5);
  expect(await prisma.policy.count()).toBe(2);
  expect(await prisma.directoryGroup.findMany()).toMatchObject([{ id: "g1", name: "kluis-owners" }]);
  const kinds: string[] = [];
  for await (const record of walkLedger(database.db)) kinds.push(record.kind);
  expect(kinds.toSorted()).toEqual([
    "policy.created",
    "policy.created",
    ...Array.from({ length: 5 }, () => "role.assigned"),
    "team.created",
    "team.created",
  ]);
});

test("the seeded roles reach the VMs of their teams", async () => {
  const { db } = database;
  const access = async (group: string) => {
    const facts = { tenantId: "t", objectId: group, name: group, username: group, groupIds: [group] };
    return readAccess(db.prisma, await upsertPerson(db.prisma, facts, systemClock));
  };
  const vm = (resourceGroup: string) =>
    ({ kind: "vm", vm: { subscriptionId: "sub-1", resourceGroup, tags: {} } }) as const;
  expect(can(await access("g4"), "backup:run", vm("commerce-rg"))).toBe(true);
  expect(can(await access("g4"), "backup:run", vm("platform-rg"))).toBe(false);
  expect(can(await access("g5"), "backup:run", vm("platform-rg"))).toBe(false);
  expect(can(await access("g2"), "audit:read", { kind: "organisation" })).toBe(true);
});

test("the basic policies are valid documents", () => {
  for (const policy of basicPolicies)
    expect(policyDocumentSchema.parse(policy.document)).toEqual(policy.document);
});
