import { errorInfo, KluisError, notice, systemClock } from "@kluis/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addVm, vmFacts } from "../../test/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { inTransaction } from "../tx.ts";
import { clearGoneAttention } from "./gone.ts";
import { countAttention, countProblems, listAttention } from "./read.ts";
import { clearAttention, raiseAttention } from "./write.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const all = { all: true } as const;
const said = notice("health-engines-ok", { engines: 2 });
const key = "clock:engine-1";

function eventsOf(): Promise<{ kind: string; vmId: string | null }[]> {
  return database.db.prisma.ledgerEvent.findMany({
    where: { kind: { startsWith: "attention." } },
    orderBy: { seq: "asc" },
    select: { kind: true, vmId: true },
  });
}

test("is raised once and cleared once, also by several at the same time", async () => {
  const raise = () =>
    inTransaction(database.db, (tx) => raiseAttention(tx, { key, kind: "clock", notice: said }));
  const raised = await Promise.all([raise(), raise(), raise()]);
  expect(raised.filter(Boolean)).toHaveLength(1);
  const error = errorInfo(new KluisError("AZURE_FAILED", { reason: "reported", message: "later" }));
  const again = { key, kind: "clock", notice: said, error } as const;
  expect(await inTransaction(database.db, (tx) => raiseAttention(tx, again))).toBe(false);
  expect(await listAttention(database.db.prisma, all, 5)).toMatchObject([
    { key, vm: null, message: "2 engines connected.", notice: said, error: { code: "AZURE_FAILED" } },
  ]);
  const clear = () => inTransaction(database.db, (tx) => clearAttention(tx, key));
  const cleared = await Promise.all([clear(), clear(), clear()]);
  expect(cleared.filter(Boolean)).toHaveLength(1);
  expect(await countAttention(database.db.prisma)).toBe(0);
  expect(await eventsOf()).toEqual([
    { kind: "attention.raised", vmId: null },
    { kind: "attention.cleared", vmId: null },
  ]);
});

test("a request to a person is listed, and does not count as a problem", async () => {
  const request = { key: "vault-recovery:main", kind: "vault-recovery", notice: said } as const;
  await inTransaction(database.db, (tx) => raiseAttention(tx, request));
  const { prisma } = database.db;
  expect([await countAttention(prisma), await countProblems(prisma, { all: true })]).toEqual([1, 0]);
  await inTransaction(database.db, (tx) => raiseAttention(tx, { key, kind: "clock", notice: said }));
  expect([await countAttention(prisma), await countProblems(prisma, { all: true })]).toEqual([2, 1]);
  await inTransaction(database.db, async (tx) => {
    await clearAttention(tx, request.key);
    await clearAttention(tx, key);
  });
});

test("only those who see the VM see what is about it; what is about none needs sight of all", async () => {
  const vmId = await addVm(database.db, systemClock, vmFacts("web-01"));
  await inTransaction(database.db, async (tx) => {
    await raiseAttention(tx, { key, kind: "clock", notice: said });
    await raiseAttention(tx, { key: `azure-removal:${vmId}`, kind: "azure-removal", vmId, notice: said });
  });
  const { subscriptionId } = await database.db.prisma.virtualMachine.findUniqueOrThrow({
    where: { id: vmId },
  });
  const seeing = (resourceGroup: string) =>
    ({
      all: false,
      teamIds: [],
      reach: [{ kind: "resource-group", subscriptionId, resourceGroup }],
    }) as const;
  const kinds = async (group: string) =>
    (await listAttention(database.db.prisma, seeing(group), 5)).map(({ kind }) => kind);
  expect(await kinds("commerce-rg")).toEqual(["azure-removal"]);
  expect(await kinds("other")).toEqual([]);
  expect(await countAttention(database.db.prisma, seeing("commerce-rg"))).toBe(1);
  expect(await countAttention(database.db.prisma)).toBe(2);
  expect((await eventsOf()).at(-1)).toEqual({ kind: "attention.raised", vmId });
});

test("what no backup of a VM clears any more is cleared; its damaged points stay raised", async () => {
  const { db } = database;
  const [gone, stopped] = await Promise.all(
    ["gone", "stopped"].map((name) => addVm(db, systemClock, vmFacts(name))),
  );
  await db.prisma.virtualMachine.updateMany({ where: { id: gone ?? "" }, data: { deletedAt: new Date() } });
  const raise = (vmId: string) =>
    inTransaction(db, async (tx) => {
      for (const [kind, key] of [
        ["consistency", `consistency:${vmId}`],
        ["changed-ranges", `changed-ranges:${vmId}/disk`],
        ["transfer", `transfer:starved-${vmId}`],
        ["transfer", `transfer:unrecorded-${vmId}`],
        ["point-damage", `point-damage:${vmId}`],
      ] as const)
        await raiseAttention(tx, { key, kind, vmId, notice: said });
    });
  const left = async (vmId = "") =>
    (await db.prisma.attention.findMany({ where: { vmId }, orderBy: { key: "asc" } })).map(({ key }) =>
      key.replace(vmId, "VM"),
    );
  await raise(gone ?? "");
  await raise(stopped ?? "");
  await db.prisma.attention.create({
    data: {
      key: "vault-slots:0199c0de-0000-7000-8000-000000000000",
      kind: "vault-slots",
      notice: {},
      message: "",
      raisedAt: new Date(),
      changedAt: new Date(),
    },
  });
  expect(await clearGoneAttention(db)).toBe(7);
  expect(await left(gone)).toEqual(["point-damage:VM"]);
  expect(await left(stopped)).toEqual([
    "changed-ranges:VM/disk",
    "point-damage:VM",
    "transfer:unrecorded-VM",
  ]);
  expect(await clearGoneAttention(db)).toBe(0);
});
