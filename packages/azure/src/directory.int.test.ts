/** Microsoft Graph of the local Entra: accounts, groups, pages, and what each refusal means. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  demoGroups,
  demoPeople,
  ENGINE_CLIENT_ID,
  ENGINE_PRINCIPAL_ID,
  type LocalAzure,
  lenientSettings,
  startLocalAzure,
} from "@kluis/local-azure";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type DirectoryClient, directoryFromEnv, groupsPerRequest } from "./directory.ts";
import { parseDirectoryEnv, parseDirectorySettings } from "./directory-config.ts";

const { olivia } = demoPeople;
const signal = AbortSignal.timeout(60_000);
let folder: string;
let local: LocalAzure;
let env: Record<string, string>;
let client: DirectoryClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kluis-directory-"));
  local = await startLocalAzure({ dataDir: join(folder, "azure"), settings: lenientSettings });
  await writeFile(join(folder, "secret"), local.entra.secrets().engine, { mode: 0o600 });
  env = {
    KLUIS_AZURE_TENANT_ID: local.tenantId,
    KLUIS_AZURE_CLIENT_ID: ENGINE_CLIENT_ID,
    KLUIS_AZURE_CLIENT_SECRET_FILE: join(folder, "secret"),
    KLUIS_AZURE_REWRITE: `login.microsoftonline.com=${local.url},graph.microsoft.com=${local.url}`,
  };
  client = directoryFromEnv(env, { limitMs: 2_000 });
});
afterEach(async () => {
  await local.control.clearFaults();
  await local.control.resetDirectory();
});
afterAll(async () => {
  await local.stop();
  await rm(folder, { recursive: true, force: true });
});

const id = (number: number): string => `c0ffee00-0000-4000-8000-${String(number).padStart(12, "0")}`;
const groupsNamed = (count: number, prefix: string) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [id(index), { name: `${prefix} ${index}` }]),
  );

test("an account is enabled, disabled or gone, and its groups are all that it is in", async () => {
  expect(await client.account(olivia.oid, signal)).toBe("enabled");
  expect(await client.groupsOf(olivia.oid, signal)).toEqual([demoGroups.owners.id]);
  const groups = groupsNamed(1_200, "many");
  await local.control.changeDirectory({
    groups,
    users: { [olivia.oid]: { groups: Object.keys(groups), enabled: false } },
  });
  expect(await client.account(olivia.oid, signal)).toBe("disabled");
  expect(await client.groupsOf(olivia.oid, signal)).toHaveLength(1_200);
  await local.control.changeDirectory({ users: { [olivia.oid]: { deleted: true } } });
  expect(await client.account(olivia.oid, signal)).toBe("deleted");
  expect(await client.groupsOf(olivia.oid, signal)).toBeNull();
});

test("groups are named by id and found by their beginning; a quote is only a letter, and a search is bounded", async () => {
  await local.control.changeDirectory({
    groups: { ...groupsNamed(40, "O'Brien"), [id(99)]: { deleted: true } },
  });
  const ids = [
    demoGroups.owners.id,
    ...Array.from({ length: groupsPerRequest - 1 }, (_, index) => id(index + 39)),
  ];
  const names = await client.groupNames(ids, signal);
  expect([...names.values()].toSorted()).toEqual(["O'Brien 39", "kluis-owners"]);
  expect(await client.searchGroups("o'brien 3", signal)).toHaveLength(11);
  expect(await client.searchGroups("o'brien", signal)).toHaveLength(25);
});

test("a list is read page by page, also when Graph sends fewer than was asked", async () => {
  await local.control.changeDirectory({ groups: groupsNamed(30, "page"), pageMost: 4 });
  expect(await client.searchGroups("page", signal)).toHaveLength(25);
  const ids = Array.from({ length: groupsPerRequest }, (_, index) => id(index));
  expect((await client.groupNames(ids, signal)).size).toBe(groupsPerRequest);
});

test("a missing permission is named, and counts from the moment that it is granted", async () => {
  await local.control.changeDirectory({ appPermissions: { [ENGINE_PRINCIPAL_ID]: ["User.ReadBasic.All"] } });
  const fresh = directoryFromEnv(env);
  expect(await fresh.account(olivia.oid, signal)).toBe("unknown");
  await expect(fresh.groupsOf(olivia.oid, signal)).rejects.toMatchObject({
    code: "DIRECTORY_UNUSABLE",
    reason: "forbidden",
    action:
      "Grant the identity the application permissions GroupMember.Read.All and User.Read.All of Microsoft Graph, with admin consent.",
    params: { azureCode: "Authorization_RequestDenied", status: 403, host: "graph.microsoft.com" },
  });
  await local.control.resetDirectory();
  expect(await fresh.groupsOf(olivia.oid, signal)).toHaveLength(1);
});

test.each([
  ["throttled", { type: "throttle", retryAfterSeconds: 7 }, { retry: "after", retryAfterMs: 7_000 }],
  ["no-answer", { type: "fail", status: 503, code: "ServiceUnavailable" }, { retry: "backoff" }],
  ["no-answer", { type: "drop" }, {}],
  ["no-answer", { type: "hang" }, {}],
  ["refused", { type: "fail", status: 404, code: "NotFound", message: "a proxy" }, {}],
  ["forbidden", { type: "fail", status: 403, code: "Authorization_RequestDenied" }, {}],
] as const)("%s says nothing about the account: %j", async (reason, effect, rest) => {
  await client.account(olivia.oid, signal);
  await local.control.addFault({ match: { operation: "graph" }, effect });
  const expected = { code: "DIRECTORY_UNUSABLE", reason, ...rest };
  await expect(client.account(olivia.oid, signal)).rejects.toMatchObject(expected);
});

test("a wrong secret is a failed sign-in, and a new secret counts without a restart", async () => {
  const file = join(folder, "other-secret");
  await writeFile(file, "wrong", { mode: 0o600 });
  const other = directoryFromEnv({ ...env, KLUIS_AZURE_CLIENT_SECRET_FILE: file });
  await expect(other.groupsOf(olivia.oid, signal)).rejects.toMatchObject({ reason: "sign-in" });
  await writeFile(file, local.entra.secrets().engine, { mode: 0o600 });
  expect(await other.groupsOf(olivia.oid, signal)).toHaveLength(1);
});

test("the app of the sign-in reads the directory where its settings are; Graph follows its cloud", () => {
  const secret = join(folder, "secret");
  const signIn = {
    KLUIS_ENTRA_TENANT_ID: "people",
    KLUIS_ENTRA_CLIENT_ID: "portal",
    KLUIS_ENTRA_CLIENT_SECRET_FILE: secret,
    KLUIS_ENTRA_AUTHORITY: "https://login.microsoftonline.us/people",
  };
  expect(parseDirectoryEnv({ ...env, ...signIn })).toMatchObject({
    tenantId: "people",
    credential: { kind: "secret", clientId: "portal" },
    graphUrl: "https://graph.microsoft.us",
  });
  expect(parseDirectoryEnv(env)).toMatchObject({
    tenantId: local.tenantId,
    graphUrl: "https://graph.microsoft.com",
  });
  expect(() => parseDirectoryEnv({})).toThrow("KLUIS_AZURE_TENANT_ID is not set");
  const strange = { ...env, KLUIS_AZURE_AUTHORITY_HOST: "https://login.example" };
  expect(() => parseDirectoryEnv(strange)).toThrow("KLUIS_DIRECTORY_URL");
  expect(parseDirectorySettings({})).toEqual({ isOn: true, groupRightsMs: 24 * 3_600_000 });
  expect(parseDirectorySettings({ KLUIS_DIRECTORY: "off" }).isOn).toBe(false);
  expect(() => parseDirectorySettings({ KLUIS_GROUP_RIGHTS_HOURS: "0" })).toThrow("KLUIS_GROUP_RIGHTS_HOURS");
});
