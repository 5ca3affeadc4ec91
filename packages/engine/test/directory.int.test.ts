/** Accounts and groups of the directory on a schedule: who leaves loses everything, and what is not answered changes nothing. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryFromEnv } from "@kluis/azure/directory";
import {
  assignRole,
  createSession,
  type Db,
  openDatabase,
  readAccess,
  readRecurringWork,
  upsertPerson,
} from "@kluis/db";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { can, limits, systemClock } from "@kluis/domain";
import {
  demoGroups,
  demoPeople,
  ENGINE_CLIENT_ID,
  ENGINE_PRINCIPAL_ID,
  type LocalAzure,
  lenientSettings,
  startLocalAzure,
} from "@kluis/local-azure";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { readDirectory } from "../src/upkeep/directory/read.ts";

const { olivia, otto, bram } = demoPeople;
const { owners } = demoGroups;
const day = 24 * 3_600_000;
const signal = AbortSignal.timeout(120_000);

let folder: string;
let local: LocalAzure;
let database: TestDatabase;
/** As the owner of the tables, and as the engine with its few rights. */
let admin: Db;
let db: Db;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kluis-directory-"));
  local = await startLocalAzure({ dataDir: join(folder, "azure"), settings: lenientSettings });
  await writeFile(join(folder, "secret"), local.entra.secrets().engine, { mode: 0o600 });
  database = await createTestDatabase();
  admin = database.db;
  db = await openDatabase({ url: database.roleUrls.engine, poolSize: 8 });
  env = {
    KLUIS_AZURE_TENANT_ID: local.tenantId,
    KLUIS_AZURE_CLIENT_ID: ENGINE_CLIENT_ID,
    KLUIS_AZURE_CLIENT_SECRET_FILE: join(folder, "secret"),
    KLUIS_AZURE_REWRITE: `login.microsoftonline.com=${local.url},graph.microsoft.com=${local.url}`,
  };
});
beforeEach(async () => {
  await admin.prisma.person.deleteMany();
  await admin.prisma.roleAssignment.deleteMany();
  await admin.prisma.recurringWork.deleteMany();
  await assignRole(
    admin.prisma,
    { role: "owner", teamId: null, holder: { groupId: owners.id } },
    systemClock,
  );
});
afterEach(async () => {
  await local.control.clearFaults();
  await local.control.resetDirectory();
});
afterAll(async () => {
  await db.close();
  await database.drop();
  await local.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A user with an open session, whose groups were read at the sign-in. */
async function signedIn(
  user: { oid: string; name: string; groups: readonly string[] },
  tenantId = local.tenantId,
) {
  const { oid: objectId, name, groups: groupIds } = user;
  const person = await upsertPerson(
    admin.prisma,
    { tenantId, objectId, name, username: `${objectId}@x`, groupIds },
    systemClock,
  );
  await createSession(
    admin.prisma,
    { personId: person.id, tokenHash: Buffer.from(person.id), expiresAt: new Date(Date.now() + day) },
    systemClock,
  );
  return person.id;
}

function deps(change: { readonly isOff?: boolean } = {}) {
  const client = change.isOff === true ? null : directoryFromEnv(env, { limitMs: 2_000 });
  return {
    db,
    clock: systemClock,
    log: pino({ level: "silent" }),
    directory: { client, groupRightsMs: day },
  };
}
const read = () => readDirectory(deps(), signal);
const isOwner = async (id: string) =>
  can(await readAccess(db.prisma, { id }), "platform:manage", { kind: "organisation" });
const rowOf = (id: string) =>
  admin.prisma.person.findUniqueOrThrow({ where: { id }, include: { sessions: true } });
const eventsOf = (kind: string) =>
  admin.prisma.ledgerEvent.findMany({ where: { kind }, orderBy: { seq: "asc" } });
const work = async () => await readRecurringWork(db.prisma, "directory");

it("takes a right with the group at the next reading, and gives one; each change is one event, no change has none", async () => {
  const id = await signedIn(olivia);
  const other = await signedIn(bram);
  await read();
  expect([await isOwner(id), await isOwner(other)]).toEqual([true, false]);
  expect(await eventsOf("person.groups-changed")).toEqual([]);
  expect(await admin.prisma.directoryGroup.findUnique({ where: { id: owners.id } })).toMatchObject({
    name: owners.name,
    deletedAt: null,
  });
  await local.control.changeDirectory({
    users: { [olivia.oid]: { groups: [] }, [bram.oid]: { groups: [owners.id] } },
    groups: { [owners.id]: { name: "owners of backup" } },
  });
  await Promise.all([read(), read()]);
  await read();
  expect([await isOwner(id), await isOwner(other)]).toEqual([false, true]);
  const [lost, ...rest] = await eventsOf("person.groups-changed");
  expect(rest).toHaveLength(1);
  expect([lost, ...rest].find((event) => JSON.stringify(event?.target).includes(id))?.data).toMatchObject({
    added: { count: 0 },
    removed: { count: 1, groups: [{ id: owners.id, name: owners.name }] },
  });
  const groups = await eventsOf("group.changed");
  expect(groups.map(({ data }) => data)).toMatchObject([
    { before: null, name: owners.name },
    { before: owners.name, name: "owners of backup", isDeleted: false },
  ]);
  await local.control.changeDirectory({ groups: { [owners.id]: { deleted: true } } });
  await read();
  expect(await isOwner(other)).toBe(false);
  const gone = await admin.prisma.directoryGroup.findUniqueOrThrow({ where: { id: owners.id } });
  expect(gone.name).toBe("owners of backup");
  expect(gone.deletedAt).not.toBeNull();
  expect((await work())?.lastFailed).toBe(0);
});

it("ends sessions of a disabled and of a deleted account in one reading; a sign-in brings the account back", async () => {
  const [disabled, deleted, stays, more] = [
    await signedIn(olivia),
    await signedIn(bram),
    await signedIn(otto),
    await signedIn(demoPeople.rosa),
  ];
  await local.control.changeDirectory({
    users: { [olivia.oid]: { enabled: false }, [bram.oid]: { deleted: true } },
  });
  await Promise.all([read(), read()]);
  await read();
  for (const id of [disabled, deleted]) {
    const row = await rowOf(id);
    expect(row.disabledBy).toBe("directory");
    expect(row.disabledAt).not.toBeNull();
    expect(row.sessions.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
  }
  for (const id of [stays, more]) expect((await rowOf(id)).disabledAt).toBeNull();
  const events = (await eventsOf("person.disabled")).map(({ data }) => data);
  expect(events).toHaveLength(2);
  const accounts = events.map((data) => JSON.stringify(data));
  expect(accounts.filter((data) => data.includes('"account":"disabled"'))).toHaveLength(1);
  expect(accounts.filter((data) => data.includes('"account":"deleted"'))).toHaveLength(1);
});

it.each([
  ["403", { type: "fail", status: 403, code: "Authorization_RequestDenied" }],
  ["404 of a proxy", { type: "fail", status: 404, code: "NotFound" }],
  ["429", { type: "throttle", retryAfterSeconds: 60 }],
  ["500", { type: "fail", status: 500, code: "InternalServerError" }],
  ["a cut connection", { type: "drop" }],
] as const)("changes nothing by %s, and says so", async (_, effect) => {
  const id = await signedIn(olivia);
  await read();
  await local.control.addFault({ match: { operation: "graph" }, effect });
  const again = await read();
  expect(await isOwner(id)).toBe(true);
  expect(await rowOf(id)).toMatchObject({ disabledAt: null, missingSince: null });
  // Throttling fails nothing: the pass continues when Graph allows it.
  const isThrottled = effect.type === "throttle";
  expect(again).toEqual(isThrottled ? { againInMs: 60_000 } : null);
  expect((await work())?.lastError?.code ?? null).toBe(isThrottled ? null : "DIRECTORY_UNUSABLE");
});

it("says which permission is missing, asks only once per page, and is well again when it is granted", async () => {
  for (const user of [olivia, otto, bram]) await signedIn(user);
  await local.control.changeDirectory({ appPermissions: { [ENGINE_PRINCIPAL_ID]: [] } });
  await read();
  const raised = await admin.prisma.attention.findUniqueOrThrow({
    where: { key: "recurring-work:directory" },
  });
  expect(raised.error).toMatchObject({
    code: "DIRECTORY_UNUSABLE",
    reason: "forbidden",
  });
  expect(JSON.stringify(raised.error)).toContain("User.Read.All");
  await local.control.resetDirectory();
  await read();
  expect(await admin.prisma.attention.findUnique({ where: { key: "recurring-work:directory" } })).toBeNull();
  expect((await work())?.lastSuccessAt).toBeInstanceOf(Date);
});

it("rights by groups end with their age, also without an engine, and come back with the next reading", async () => {
  const id = await signedIn(olivia);
  await admin.prisma.person.update({
    where: { id },
    data: { groupsReadAt: new Date(Date.now() - 2 * day), groupsUntil: new Date(Date.now() - day) },
  });
  expect(await isOwner(id)).toBe(false);
  await read();
  expect(await isOwner(id)).toBe(true);
});

it("holds back when most accounts are gone at once, and when none is of the tenant that it reads", async () => {
  const ids: string[] = [];
  for (const user of Object.values(demoPeople)) ids.push(await signedIn(user));
  const gone = Object.fromEntries(Object.values(demoPeople).map(({ oid }) => [oid, { deleted: true }]));
  await local.control.changeDirectory({ users: gone });
  await read();
  await read();
  expect(await admin.prisma.person.count({ where: { disabledAt: null } })).toBe(ids.length);
  expect((await work())?.lastError).toMatchObject({
    reason: "many-gone",
    params: { gone: ids.length, followed: ids.length },
  });
  await local.control.resetDirectory();
  await read();
  expect(await admin.prisma.person.count({ where: { missingSince: { not: null } } })).toBe(0);

  await admin.prisma.person.deleteMany();
  const foreign = await signedIn(olivia, "00000000-0000-4000-8000-00000000ffff");
  await read();
  expect((await work())?.lastError).toMatchObject({ reason: "other-tenant" });
  expect((await rowOf(foreign)).disabledAt).toBeNull();
});

it("one user that cannot be read stops no other, and a reading of before does not undo a sign-in", async () => {
  const [bad, good] = [await signedIn(olivia), await signedIn(otto)];
  await local.control.addFault({
    match: { operation: "graph", path: olivia.oid },
    effect: { type: "fail", status: 500, code: "InternalServerError" },
  });
  await local.control.changeDirectory({ users: { [otto.oid]: { groups: [] } } });
  await read();
  expect([await isOwner(bad), await isOwner(good)]).toEqual([true, false]);
  expect(await work()).toMatchObject({ lastFailed: 1, lastErrorItem: `user ${olivia.name}` });
  await local.control.clearFaults();
  // Asked now, answered when the user has signed in again.
  await local.control.addFault({
    match: { operation: "graph", path: otto.oid },
    effect: { type: "delay", ms: 400 },
  });
  const slow = read();
  await admin.prisma.person.update({
    where: { id: good },
    data: {
      groupIds: [owners.id],
      groupsReadAt: new Date(Date.now() + 60_000),
      groupsUntil: new Date(Date.now() + day),
    },
  });
  await slow;
  expect(await isOwner(good)).toBe(true);
});

it("forgets its failure when reading is turned off", async () => {
  await signedIn(olivia);
  await local.control.addFault({ match: { operation: "graph" }, effect: { type: "fail", status: 403 } });
  await read();
  await readDirectory(deps({ isOff: true }), signal);
  expect(await work()).toBeNull();
  expect(await admin.prisma.attention.count()).toBe(0);
  expect(limits.directoryReadMs).toBeLessThan(limits.groupRightsHours * 3_600_000);
});
