import { createJob, inTransaction } from "@kluis/db";
import { agentUse, engineActor, permissions, systemClock, tokenCanHave } from "@kluis/domain";
import type { AnyTRPCProcedure } from "@trpc/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { accessMatrix } from "./access-matrix.ts";
import { kluisErrorOf } from "./error-map.ts";
import { createContext } from "./identity/identity.ts";
import { Rates } from "./rates.ts";
import { appRouter, createCaller } from "./root.ts";
import { completeTasks, createWorld, type World } from "./testing.ts";

/** Every procedure of the router with its permission, from its definition. */
const procedures = Object.entries(
  z
    .record(
      z.string(),
      z.custom<AnyTRPCProcedure>((value) => typeof value === "function"),
    )
    .parse(appRouter._def.procedures),
).map(([path, procedure]) => ({
  path,
  permission: z.object({ permission: z.string() }).safeParse(procedure._def.meta).data?.permission,
}));

const document = {
  schedule: { kind: "daily", times: ["01:00"], timeZone: "Europe/Amsterdam" },
  retention: { daily: 7 },
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
} as const;

let world: World;
let pointId: string;
let jobId: string;
/** A role that is held in team Platform. */
let member: string;
/** A session of an owner. */
let session: string;
let approvalId: string;
/** Of team Platform, by name. */
const rule = "by-tag";
let exclusion: string;
/** Tokens of an owner: of an agent, and of team Commerce alone, each with every permission that it can have. */
let tokens: { readonly agent: string; readonly ofCommerce: string };
/** A bulk action of an owner on a VM of team Platform. */
let bulkId: string;
const ending = new AbortController();

beforeAll(async () => {
  // The matrix is refused more often than a user may be: an hour passes between two calls.
  let hours = 0;
  world = await createWorld(systemClock, null, new Rates(() => hours++ * 3_600_000));
  pointId = await world.addPoint(world.platformVm, new Uint8Array(128 * 1024).fill(7));
  const owner = await world.as("owner");
  const other = await world.addPoint(world.platformVm, new Uint8Array(128 * 1024).fill(8));
  approvalId = (await owner.points.delete({ points: [other], reason: "a test" })).requested.id;
  bulkId = (await owner.bulk.start({ kind: "backup", selection: { vms: [world.platformVm] } })).id;
  jobId = await inTransaction(world.api.db, (tx) =>
    createJob(
      tx,
      { kind: "backup", vmId: world.platformVm, trigger: "manual", actor: engineActor },
      systemClock,
    ),
  );
  const held = (kind: "agent" | "standard", teamId: string | null) =>
    permissions.filter((permission) => tokenCanHave({ kind, teamId }, permission));
  const agent = await owner.tokens.create({
    name: "agent",
    kind: "agent",
    permissions: held("agent", null),
  });
  const ofCommerce = await owner.tokens.create({
    name: "of commerce",
    team: "commerce",
    permissions: held("standard", "commerce"),
  });
  tokens = { agent: agent.secret, ofCommerce: ofCommerce.secret };
  session = (await owner.me.sessions())[0]?.id ?? "";
  const conditions = { tags: [{ name: "env", values: ["none"] }] };
  await owner.rules.create({ team: "platform", name: rule, policy: "standard-daily", conditions });
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const excluding = { vm: world.platformVm, reason: "a test of rights", expiresAt: until };
  exclusion = (await owner.exclusions.add(excluding)).id;
  await world.session("platformReader");
  const night = { name: "night shift", team: "platform", permissions: ["backup:run" as const] };
  await owner.roles.create(night);
  const holder = { kind: "group", groupId: "night" } as const;
  member = (await owner.teams.addMember({ team: "platform", role: "night shift", holder })).id;
  void completeTasks(world, "discover", ending.signal);
});
afterAll(async () => {
  ending.abort();
  await world[Symbol.asyncDispose]();
});

/** An input about an object of team Platform, with the smallest effect if it were allowed. */
function inputOf(path: string, who: string): unknown {
  const vm = world.platformVm;
  const restore = { point: pointId, disk: "os", name: "restored" };
  const inputs: Record<string, unknown> = {
    "me.setLocale": { locale: "nl" },
    "vms.get": { vm },
    "protection.set": { vm, policy: "standard-daily" },
    "protection.preview": { vm, policy: "standard-daily" },
    "protection.allowLists": { vm, disk: "os" },
    "protection.stop": { vm },
    "backup.start": { vm },
    "bulk.start": { kind: "backup", selection: { vms: [vm] } },
    "bulk.preview": { kind: "backup", selection: { vms: [vm] } },
    "bulk.get": { bulk: bulkId },
    "bulk.cancel": { bulk: bulkId },
    "jobs.get": { job: jobId },
    "jobs.cancel": { job: jobId },
    "jobs.watch": { job: jobId },
    "points.get": { point: pointId },
    "points.damage": { point: pointId },
    "points.extents": { point: pointId, disk: "os" },
    "points.verify": { point: pointId },
    "approvals.get": { approval: approvalId },
    "approvals.request": {
      change: "vaults.configure",
      input: { vault: "main", bandwidth: 100 },
      reason: "a test of rights",
    },
    "approvals.approve": { approval: approvalId, seen: "x" },
    "approvals.reject": { approval: approvalId, comment: "a test of rights" },
    "approvals.withdraw": { approval: approvalId },
    "points.delete": { points: [pointId], reason: "a test of rights" },
    "points.undelete": { point: pointId },
    "points.pin": { point: pointId, reason: "a test of rights" },
    "points.unpin": { point: pointId, reason: "a test of rights" },
    "rules.get": { rule },
    "rules.preview": { rule },
    "rules.ofVm": { vm },
    "rules.create": {
      team: "platform",
      name: `by ${who}`,
      policy: "standard-daily",
      conditions: { tags: [{ name: "env" }] },
    },
    "rules.update": { rule, expectedVersion: 1, enabled: false },
    "rules.delete": { rule },
    "exclusions.list": {},
    "exclusions.add": { vm, reason: "a test of rights", expiresAt: "2100-01-01" },
    "exclusions.end": { exclusion },
    "policies.get": { policy: "standard-daily" },
    "policies.create": { name: `by-${who.toLowerCase()}`, document },
    "policies.update": { policy: "standard-daily", expectedVersion: 1, document },
    "policies.rename": { policy: "standard-daily", name: "renamed" },
    "policies.retire": { policy: "standard-daily" },
    "policies.reinstate": { policy: "standard-daily" },
    "policies.preview": { document, vm },
    "guardrails.preview": { document: {} },
    "guardrails.update": { expectedVersion: 0, document: {} },
    "guardrails.history": {},
    "restores.plan": restore,
    "restores.create": restore,
    "connections.get": { connection: "main" },
    "connections.add": {
      name: `by ${who}`,
      tenantId: vm,
      credential: { kind: "secret", clientId: vm, secret: "never stored" },
    },
    "connections.update": { connection: "main", name: "other" },
    "connections.rotate": { connection: "main", credential: { kind: "managed-identity" } },
    "connections.test": { connection: "main" },
    "connections.enable": { connection: "main" },
    "connections.disable": { connection: "main" },
    "connections.remove": { connection: "main" },
    "vaults.get": { vault: "main" },
    "vaults.space": { vault: "main" },
    "vaults.figures": { vault: "main" },
    "vaults.damage": { vault: "main" },
    "vaults.add": { name: `by ${who}`, place: { kind: "folder", folder: "other" } },
    "vaults.setCopy": { vault: "main", copy: null },
    "vaults.configure": { vault: "main", bandwidth: 100 },
    "vaults.update": { vault: "main", name: "other" },
    "vaults.rotate": { vault: "main", connectionString: "AccountName=acct;AccountKey=k" },
    "vaults.test": { vault: "main" },
    "vaults.enable": { vault: "main" },
    "vaults.disable": { vault: "main" },
    "vaults.adopt": { vault: "main" },
    "vaults.makeDefault": { vault: "main" },
    "vaults.remove": { vault: "main" },
    "vaultKeys.list": { vault: "main" },
    "vaultKeys.addRecovery": { vault: "main", label: "safe" },
    "vaultKeys.addShares": { vault: "main", label: "safe", threshold: 2, count: 3 },
    "vaultKeys.addFile": { vault: "main", label: "other", publicKey: `${"A".repeat(43)}=` },
    "vaultKeys.addKeyVault": {
      vault: "main",
      label: "Azure",
      address: "https://none.vault.azure.net/keys/kluis",
    },
    "vaultKeys.prove": { vault: "main", typed: ["x"] },
    "vaultKeys.remove": { vault: "main", key: "0123456789abcdef" },
    "vaultKeys.rotate": { vault: "main" },
    "me.endSession": { session },
    "access.explain": { permission: "backup:run", vm },
    "directory.groups": { search: "kluis" },
    "people.get": { person: "platformReader@contoso.example" },
    "people.endSession": { session },
    "people.signOut": { person: "platformReader@contoso.example" },
    "people.revokeToken": { person: "platformReader@contoso.example", token: vm },
    "people.disable": { person: "platformReader@contoso.example", reason: "a test of rights" },
    "people.enable": { person: "platformReader@contoso.example" },
    "people.link": { person: "platformReader@contoso.example", other: "owner@contoso.example" },
    "people.unlink": { person: "platformReader@contoso.example" },
    "teams.get": { team: "platform" },
    "teams.create": { name: `by ${who}` },
    "teams.rename": { team: "platform", name: "Other" },
    "teams.remove": { team: "platform" },
    "teams.previewScopes": { team: "platform" },
    "teams.addScope": { team: "platform", scope: { kind: "subscription", subscriptionId: vm } },
    "teams.removeScope": { team: "platform", scope: vm },
    "teams.addMember": { team: "platform", role: "reader", holder: { kind: "group", groupId: "g" } },
    "teams.removeMember": { member },
    "roles.create": { name: "own role", team: "platform", permissions: ["inventory:read"] },
    "roles.update": { role: "night shift", name: "other" },
    "roles.remove": { role: "night shift" },
    "claim.use": { code: "K7QF-0000-0000-0000-0000" },
    "tokens.create": { name: `token of ${who}`, permissions: ["self"] },
    "tokens.revoke": { id: jobId },
  };
  return inputs[path];
}

/** Calls a procedure; returns `ok` and the answer, or the error's code. */
async function call(
  path: string,
  who: "nobody-signed-in" | "platformReader" | "commerceAdmin" | keyof typeof tokens,
) {
  const context =
    who === "nobody-signed-in"
      ? await createContext(world.api, {})
      : who === "agent" || who === "ofCommerce"
        ? await createContext(world.api, { bearerToken: tokens[who] })
        : await world.context(who);
  try {
    const answer = await createCallOf(createCaller(context), path)(inputOf(path, who));
    const first = isStream(answer) ? await firstOf(answer) : answer;
    return { code: "ok", text: JSON.stringify(first ?? null) };
  } catch (error) {
    return { code: kluisErrorOf(error).code, text: JSON.stringify(kluisErrorOf(error)) };
  }
}

function createCallOf(caller: object, path: string): (input: unknown) => Promise<unknown> {
  const [noun = "", verb = ""] = path.split(".");
  const procedures: unknown = Reflect.get(caller, noun);
  return z
    .custom<(input: unknown) => Promise<unknown>>((value) => typeof value === "function")
    .parse(typeof procedures === "function" ? Reflect.get(procedures, verb) : undefined);
}

async function firstOf(stream: AsyncIterable<unknown>): Promise<unknown> {
  for await (const event of stream) return event;
  return null;
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

describe("access matrix", () => {
  test("has a row for every procedure, and no other", () => {
    expect(Object.keys(accessMatrix).toSorted()).toEqual(procedures.map(({ path }) => path).toSorted());
  });

  test.each(procedures)("$path has the permission of the matrix", ({ path, permission }) => {
    expect(permissions).toContain(permission);
    expect(permission).toBe(accessMatrix[path]?.permission);
  });

  test.each(procedures)("$path refuses a signed-out caller", async ({ path }) => {
    expect((await call(path, "nobody-signed-in")).code).toBe("NOT_SIGNED_IN");
  });

  test.each(procedures)("$path as another team's backup administrator", async ({ path }) => {
    const { code, text } = await call(path, "commerceAdmin");
    expect(code).toBe(accessMatrix[path]?.otherTeam);
    expect(text).not.toContain("ops-01");
    // An error may repeat the id of the input; a successful answer must not contain it.
    expect(code === "ok" && text.includes(world.platformVm)).toBe(false);
  });

  test.each(procedures)("$path with an owner's token of another team", async ({ path }) => {
    const { code, text } = await call(path, "ofCommerce");
    const expected = accessMatrix[path]?.otherTeam ?? "";
    // Sessions and tokens of its owner are not the team's: the token may not manage them.
    const isOwn = path.startsWith("me.") || path.startsWith("tokens.") || path === "people.endSession";
    expect(expected.endsWith("NOT_FOUND") && !isOwn ? code : expected).toBe(expected);
    const shown = code === "ok" ? text : "";
    expect(shown).not.toContain("ops-01");
    expect(shown).not.toContain(world.platformVm);
  });

  test.each(procedures.filter(({ path }) => agentUse(path) === "never"))(
    "$path refuses an owner's agent",
    async ({ path }) => {
      const { code, text } = await call(path, "agent");
      expect([code, text]).toEqual(["FORBIDDEN", expect.stringContaining('"reason":"agent"')]);
    },
  );

  test("what an owner's agent calls is read, added or requested, and nothing else is in the ledger", async () => {
    const used = procedures.filter(({ path }) => !["never", "adds"].includes(agentUse(path)));
    // Some requests are impossible here, such as the end of a pin that does not exist; none is refused as such.
    const possible = ["ok", "CONFLICT", "INPUT_INVALID", "VM_NOT_PROTECTED"];
    for (const { path } of used) {
      const { code, text } = await call(path, "agent");
      expect(possible).toContain(code);
      const isDone = agentUse(path) === "requests" && code === "ok" && !/"requested":\{"id":/.test(text);
      expect([path, isDone]).toEqual([path, false]);
    }
    const { rows } = await world.api.db.pool.query<{ kind: string }>(
      `SELECT DISTINCT kind FROM "LedgerEvent" WHERE actor->>'via' = 'agent' ORDER BY kind`,
    );
    const expected = ["access.refused", "approval.requested", "ledger.verified"];
    expect(rows.map(({ kind }) => kind).filter((kind) => !expected.includes(kind))).toEqual([]);
    expect(await world.api.db.prisma.protection.count()).toBe(0);
  });

  test.each(procedures)("$path as a reader of the team that owns it", async ({ path }) => {
    expect((await call(path, "platformReader")).code).toBe(accessMatrix[path]?.reader);
  });

  test("another team's id and one that does not exist get the same answer", async () => {
    const caller = await world.as("commerceAdmin");
    const none = "00000000-0000-7000-8000-000000000000";
    const shape = async (work: Promise<unknown>): Promise<unknown> => {
      const error = kluisErrorOf(await work.catch((caught: unknown) => caught));
      return {
        code: error.code,
        message: error.message.replaceAll(/[0-9a-f-]{36}/g, "ID"),
        action: error.action,
      };
    };
    expect(await shape(caller.vms.get({ vm: world.platformVm }))).toEqual(
      await shape(caller.vms.get({ vm: none })),
    );
    expect(await shape(caller.points.get({ point: pointId }))).toEqual(
      await shape(caller.points.get({ point: none })),
    );
    expect(await shape(caller.jobs.get({ job: jobId }))).toEqual(await shape(caller.jobs.get({ job: none })));
  });

  test("a user without a role can read who they are, and nothing else", async () => {
    const caller = await world.as("nobody");
    await expect(caller.me.get()).resolves.toMatchObject({ roles: [], permissions: ["self"] });
    await expect(caller.vms.list()).rejects.toMatchObject({ cause: { code: "FORBIDDEN" } });
  });
});
