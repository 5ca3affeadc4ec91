/** Groups at a sign-in: of the token, else of the directory, else of before; and the user is told why. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryFromEnv } from "@kluis/azure/directory";
import {
  demoGroups,
  demoPeople,
  type LocalAzure,
  lenientSettings,
  PORTAL_CLIENT_ID,
  startLocalAzure,
} from "@kluis/local-azure";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Api } from "../context.ts";
import { createCaller } from "../root.ts";
import { createWorld, type World } from "../testing.ts";
import { createContext, signIn } from "./identity.ts";

const { olivia } = demoPeople;
const { owners, auditors } = demoGroups;
let world: World;
let local: LocalAzure;
let folder: string;
let api: Api;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kluis-sign-in-"));
  local = await startLocalAzure({ dataDir: join(folder, "azure"), settings: lenientSettings });
  await writeFile(join(folder, "secret"), local.entra.secrets().portal, { mode: 0o600 });
  world = await createWorld();
  const env = {
    KLUIS_ENTRA_TENANT_ID: local.tenantId,
    KLUIS_ENTRA_CLIENT_ID: PORTAL_CLIENT_ID,
    KLUIS_ENTRA_CLIENT_SECRET_FILE: join(folder, "secret"),
    KLUIS_AZURE_REWRITE: `login.microsoftonline.com=${local.url},graph.microsoft.com=${local.url}`,
  };
  const directory = { client: directoryFromEnv(env, { limitMs: 2_000 }), groupRightsMs: 3_600_000 };
  api = { ...world.api, db: world.portalDb, directory };
  const owner = await world.as("owner");
  for (const [role, group] of [
    ["owner", owners],
    ["auditor", auditors],
  ] as const)
    await owner.teams.addMember({ team: null, role, holder: { kind: "group", groupId: group.id } });
});
afterEach(async () => {
  await local.control.clearFaults();
  await local.control.resetDirectory();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await local.stop();
  await rm(folder, { recursive: true, force: true });
});

const person = { tid: "tenant", name: olivia.name, username: olivia.userName };

/** Signs in, and returns who the API then sees. */
async function signedIn(groups: readonly string[] | null, oid = olivia.oid, on: Api = api) {
  const { sessionToken } = await signIn(on, { ...person, oid, groups, hasMoreGroups: groups === null });
  return createCaller(await createContext(on, { sessionToken })).me.get();
}
const down = () =>
  local.control.addFault({ match: { operation: "graph" }, effect: { type: "fail", status: 503 } });

test("a token's groups need no directory; without them they are read, and a change is an event", async () => {
  await down();
  const first = await signedIn([owners.id]);
  expect(first.permissions).toContain("platform:manage");
  expect(first.groups).toMatchObject({ state: "current", reason: null });
  await local.control.clearFaults();
  await local.control.changeDirectory({ users: { [olivia.oid]: { groups: [auditors.id] } } });
  const me = await signedIn(null);
  expect(me.permissions).toContain("audit:read");
  expect(me.permissions).not.toContain("platform:manage");
  const [event] = await world.api.db.prisma.ledgerEvent.findMany({
    where: { kind: "person.groups-changed" },
    orderBy: { seq: "desc" },
  });
  expect(event?.data).toMatchObject({
    added: { count: 1, groups: [{ id: auditors.id }] },
    removed: { count: 1, groups: [{ id: owners.id }] },
  });
});

test("when the directory does not answer, groups of before give rights for a while, and then none; the user is told", async () => {
  await signedIn([owners.id]);
  await down();
  const kept = await signedIn(null);
  expect(kept).toMatchObject({ groups: { state: "kept", reason: "no-answer" } });
  expect(kept.permissions).toContain("platform:manage");
  await world.api.db.prisma.person.updateMany({
    where: { objectId: olivia.oid },
    data: { groupsUntil: new Date(Date.now() - 1_000) },
  });
  const expired = await signedIn(null);
  expect(expired).toMatchObject({ roles: [], groups: { state: "expired", reason: "no-answer" } });
  const stranger = await signedIn(null, "b7d2e9f4-31c8-4a56-8e0b-6f9a1c2dffff");
  expect(stranger).toMatchObject({ roles: [], groups: { state: "expired", reason: "no-answer" } });
  await local.control.clearFaults();
  expect(await signedIn(null)).toMatchObject({ groups: { state: "current", reason: null } });
});

test("without the directory a token that cannot name all groups gives none, and says so", async () => {
  const off = { ...api, directory: { client: null, groupRightsMs: 3_600_000 } };
  const oid = "b7d2e9f4-31c8-4a56-8e0b-6f9a1c2deeee";
  expect(await signedIn(null, oid, off)).toMatchObject({
    roles: [],
    groups: { state: "expired", reason: "off" },
  });
  const { sessionToken } = await signIn(off, { ...person, oid, groups: null });
  const me = await createCaller(await createContext(off, { sessionToken })).me.get();
  expect(me.groups).toMatchObject({ state: "current", reason: null });
});

test("owners see the state and read now; who gives roles finds groups by name", async () => {
  const { sessionToken } = await signIn(api, { ...person, oid: olivia.oid, groups: [owners.id] });
  const owner = createCaller(await createContext(api, { sessionToken }));
  expect(await owner.directory.groups({ search: "kluis-own" })).toEqual({ isOn: true, groups: [owners] });
  expect(await owner.directory.sync()).toEqual({ started: true });
  expect(await owner.directory.get()).toMatchObject({
    isOn: true,
    host: "graph.microsoft.com",
    tenantId: local.tenantId,
    permissions: ["GroupMember.Read.All", "User.Read.All"],
    groupRightsHours: 1,
    lastSuccessAt: null,
    problem: null,
  });
  await down();
  await expect(owner.directory.groups({ search: "kluis" })).rejects.toMatchObject({
    cause: { code: "DIRECTORY_UNUSABLE", reason: "no-answer" },
  });
});
