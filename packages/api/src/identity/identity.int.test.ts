import { advanceDatabaseClock } from "@kluis/db/testing";
import { isKluisError, limits } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCaller } from "../root.ts";
import { createWorld, MovedClock, type World } from "../testing.ts";
import { createTokenInput } from "../tokens/inputs.ts";
import { type Credentials, createContext, signIn, signOut } from "./identity.ts";

let world: World;
const clock = new MovedClock();
beforeAll(async () => {
  world = await createWorld(clock);
});
afterAll(() => world[Symbol.asyncDispose]());

const directory = { tid: "tenant", oid: "person", name: "Pia", username: "pia@contoso.example" };

async function callerOf(credentials: Credentials) {
  return createCaller(await createContext(world.api, credentials));
}

async function refusalOf(credentials: Credentials): Promise<string> {
  const { who, refusal } = await createContext(world.api, credentials);
  expect(who).toBeNull();
  return refusal?.message ?? "none";
}

describe("sessions", () => {
  test("are stored as a digest only and end at sign-out; the ledger records both", async () => {
    const { sessionToken } = await signIn(world.api, { ...directory, groups: [] });
    const stored = await world.api.db.pool.query(`SELECT * FROM "Session"`);
    expect(JSON.stringify(stored.rows)).not.toContain(sessionToken);
    await signOut(world.api, sessionToken);
    await signOut(world.api, sessionToken);
    expect(await refusalOf({ sessionToken })).toContain("session has ended");
    const auditor = await world.as("auditor");
    const { rows } = await auditor.audit.list({
      search: "Pia",
      kind: ["person.signed-in", "person.signed-out"],
    });
    expect(rows.map((row) => row.kind)).toEqual(["person.signed-out", "person.signed-in"]);
  });

  test("end after a working day without use, and after a day", async () => {
    const { sessionToken } = await signIn(world.api, { ...directory, groups: [] });
    clock.forward(limits.sessionIdleMs - 60_000);
    await (await callerOf({ sessionToken })).me.get();
    clock.forward(limits.sessionIdleMs - 60_000);
    await (await callerOf({ sessionToken })).me.get();
    clock.forward(limits.sessionIdleMs - 60_000);
    await (await callerOf({ sessionToken })).me.get();
    clock.forward(180_000);
    expect(await refusalOf({ sessionToken })).toContain("session has ended");

    const idle = await signIn(world.api, { ...directory, groups: [] });
    clock.forward(limits.sessionIdleMs + 1);
    expect(await refusalOf({ sessionToken: idle.sessionToken })).toContain("session has ended");
  });

  test("have the groups of the last sign-in; new roles apply from the next request", async () => {
    const { sessionToken } = await signIn(world.api, { ...directory, groups: [] });
    const before = await callerOf({ sessionToken });
    await expect(before.vms.list()).rejects.toSatisfy(isForbidden);
    await signIn(world.api, { ...directory, groups: ["group-commerce-operators"] });
    const after = await callerOf({ sessionToken });
    expect((await after.vms.list()).rows.map((vm) => vm.name)).toEqual(["shop-01"]);
    expect((await after.me.get()).roles).toMatchObject([{ role: "operator", team: { name: "Commerce" } }]);
  });

  test("an unknown value is refused", async () => {
    expect(await refusalOf({ sessionToken: "ks_made-up" })).toContain("session has ended");
  });
});

describe("tokens", () => {
  test("are sent once and stored as a digest; their last use is stored", async () => {
    const owner = await world.as("owner");
    const { token, secret } = await owner.tokens.create({
      name: "backup script",
      permissions: ["backup:run"],
    });
    expect(secret).toMatch(/^kluis_[A-Za-z0-9_-]{43}$/);
    const stored = await world.api.db.pool.query(`SELECT * FROM "ApiToken"`);
    expect(JSON.stringify(stored.rows)).not.toContain(secret);
    const me = await (await callerOf({ bearerToken: secret })).me.get();
    expect(me).toMatchObject({ via: "token", person: { name: "owner" } });
    expect((await owner.tokens.list()).find((one) => one.id === token.id)?.lastUsedAt).not.toBeNull();
  });

  test("have at most the permissions they were given and those of their owner", async () => {
    const operator = await world.as("commerceOperator");
    const { secret } = await operator.tokens.create({ name: "reads", permissions: ["inventory:read"] });
    const reader = await callerOf({ bearerToken: secret });
    expect((await reader.me.get()).permissions).toEqual(["inventory:read", "self"]);
    await expect(reader.backup.start({ vm: "shop-01" })).rejects.toSatisfy(isForbidden);
    await expect(operator.tokens.create({ name: "x", permissions: ["point:delete"] })).rejects.toSatisfy(
      isForbidden,
    );
    await expect(reader.tokens.create({ name: "child", permissions: ["self"] })).rejects.toSatisfy(
      isForbidden,
    );
  });

  test("without a permission are refused when they are made, and may do nothing when they exist", async () => {
    const owner = await world.as("owner");
    expect(createTokenInput.safeParse({ name: "x" }).success).toBe(false);
    expect(createTokenInput.safeParse({ name: "x", permissions: [] }).success).toBe(false);
    const { token, secret } = await owner.tokens.create({ name: "emptied", permissions: ["inventory:read"] });
    await world.api.db.prisma.apiToken.update({ where: { id: token.id }, data: { permissions: [] } });
    const nobody = await callerOf({ bearerToken: secret });
    expect((await nobody.me.get()).permissions).toEqual(["self"]);
    await expect(nobody.vms.list()).rejects.toSatisfy(isForbidden);
    await expect(nobody.tokens.list()).rejects.toSatisfy(isForbidden);
  });

  test("cannot list or revoke their owner's tokens without the permission self", async () => {
    const operator = await world.as("commerceOperator");
    const limited = await operator.tokens.create({ name: "limited", permissions: ["inventory:read"] });
    const whole = await operator.tokens.create({ name: "whole", permissions: ["self"] });
    const reader = await callerOf({ bearerToken: limited.secret });
    await expect(reader.tokens.list()).rejects.toSatisfy(isForbidden);
    await expect(reader.tokens.revoke({ id: whole.token.id })).rejects.toSatisfy(isForbidden);
    const script = await callerOf({ bearerToken: whole.secret });
    expect((await script.tokens.list()).map(({ id }) => id)).toContain(limited.token.id);
    expect((await script.tokens.revoke({ id: limited.token.id })).revokedAt).not.toBeNull();
  });

  test("are refused after they were revoked or have expired, with the reason", async () => {
    const owner = await world.as("owner");
    const short = await owner.tokens.create({ name: "short", permissions: ["self"], expiresInDays: 1 });
    const other = await owner.tokens.create({ name: "other", permissions: ["self"] });
    await owner.tokens.revoke({ id: other.token.id });
    expect(await refusalOf({ bearerToken: other.secret })).toContain("revoked");
    await expect(owner.tokens.revoke({ id: other.token.id })).rejects.toMatchObject({
      cause: { code: "NOT_FOUND" },
    });
    // The time of the database decides, not that of the process.
    clock.forward(25 * 3_600_000);
    expect((await createContext(world.api, { bearerToken: short.secret })).refusal).toBeNull();
    await advanceDatabaseClock(world.api.db.pool, 25 * 3_600_000);
    expect(await refusalOf({ bearerToken: short.secret })).toContain("expired");
    expect(await refusalOf({ bearerToken: "kluis_none" })).toContain("unknown");
  });
});

describe("tokens with limits", () => {
  const day = 86_400_000;
  test("end when they are not used for their days, by the time of the database", async () => {
    const owner = await world.as("owner");
    const facts = { permissions: ["inventory:read" as const], expiresInDays: 365, idleDays: 10 };
    const used = await owner.tokens.create({ name: "used", ...facts });
    const forgotten = await owner.tokens.create({ name: "forgotten", ...facts });
    await advanceDatabaseClock(world.api.db.pool, 9 * day);
    await (await callerOf({ bearerToken: used.secret })).me.get();
    await advanceDatabaseClock(world.api.db.pool, 2 * day);
    const me = await (await callerOf({ bearerToken: used.secret })).me.get();
    expect(me.token).toMatchObject({
      name: "used",
      kind: "standard",
      team: null,
      idleDays: 10,
      state: "active",
    });
    const { refusal } = await createContext(world.api, { bearerToken: forgotten.secret });
    expect(refusal).toMatchObject({ code: "TOKEN_INVALID", reason: "idle", params: { days: 10 } });
    const listed = await (await world.as("owner")).tokens.list();
    expect(listed.find(({ name }) => name === "forgotten")).toMatchObject({
      state: "idle",
      lastUsedAt: null,
    });
  });

  test("are given only what their owner holds in the team, and what their kind can have", async () => {
    const admin = await world.as("commerceAdmin");
    const refused = async (wanted: Parameters<typeof admin.tokens.create>[0]) => {
      const error: unknown = await admin.tokens.create(wanted).catch((caught: unknown) => caught);
      return error instanceof Error && isKluisError(error.cause) ? error.cause.reason : error;
    };
    const name = "wanted";
    expect(await refused({ name, permissions: ["audit:read"] })).toBe("token-permission");
    expect(await refused({ name, team: "commerce", permissions: ["self"] })).toBe("token-team-permission");
    expect(await refused({ name, kind: "agent", permissions: ["restore:disks"] })).toBe(
      "token-agent-permission",
    );
    expect(await refused({ name, team: "platform", permissions: ["inventory:read"] })).toBe("team");
    const options = await admin.tokens.options();
    expect(options.teams.map((team) => team.name)).toEqual(["Commerce"]);
    expect(options.permissions).toContain("restore:disks");
    const owner = await world.as("owner");
    expect((await owner.tokens.options()).teams.map((team) => team.name)).toEqual(["Commerce", "Platform"]);
  });

  test("of one team do not show what their owner requested, holds or may elsewhere", async () => {
    const owner = await world.as("owner");
    const permissions = ["inventory:read", "team:manage", "point:delete"] as const;
    const made = await owner.tokens.create({
      name: "commerce only",
      team: "Commerce",
      permissions: [...permissions],
    });
    const script = await callerOf({ bearerToken: made.secret });
    const point = await world.addPoint(world.platformVm, new Uint8Array(64 * 1024).fill(3));
    const { requested } = await owner.points.delete({ points: [point], reason: "a test of sight" });
    expect((await owner.approvals.list({ of: "me" })).rows.map(({ id }) => id)).toContain(requested.id);
    expect((await script.approvals.list({ of: "me" })).total).toBe(0);
    expect(await script.approvals.summary()).toMatchObject({ own: 0 });
    await expect(script.approvals.withdraw({ approval: requested.id })).rejects.toMatchObject({
      cause: { code: "NOT_FOUND" },
    });
    expect((await script.vms.list()).rows.map((vm) => vm.name)).toEqual(["shop-01"]);
    expect((await script.teams.list()).map((team) => team.name)).toEqual(["Commerce"]);
    expect((await script.me.get()).roles).toMatchObject([{ role: "owner", team: { name: "Commerce" } }]);
    // Its own sessions and tokens are not the team's.
    await expect(script.me.sessions()).rejects.toSatisfy(isForbidden);
    await expect(script.people.signOut({ person: "owner@contoso.example" })).rejects.toSatisfy(isForbidden);
    const why = await script.access.explain({ permission: "point:delete", vm: "shop-01" });
    expect(why).toMatchObject({
      allowed: true,
      token: { name: "commerce only", team: { name: "Commerce" } },
    });
    const elsewhere = { token: made.token.id, permission: "point:delete", vm: "ops-01" } as const;
    expect(await owner.access.explain(elsewhere)).toMatchObject({
      allowed: false,
      reason: "token-team",
      grantors: [],
    });
    await owner.teams.create({ name: "Short lived" });
    const gone = await owner.tokens.create({
      name: "gone",
      team: "short lived",
      permissions: ["inventory:read"],
    });
    await owner.teams.remove({ team: "short lived" });
    await expect((await callerOf({ bearerToken: gone.secret })).vms.list()).rejects.toSatisfy(isForbidden);
    expect((await owner.tokens.list()).find(({ id }) => id === gone.token.id)?.team).toMatchObject({
      name: null,
    });
  });

  test("of an agent request what its owner would do at once, and another person approves it", async () => {
    const owner = await world.as("owner");
    const decides = { name: "bot", kind: "agent" as const, permissions: ["approval:decide" as const] };
    await expect(owner.tokens.create(decides)).rejects.toSatisfy(isForbidden);
    const allowed = ["inventory:read", "protection:write", "backup:run"] as const;
    const { token, secret } = await owner.tokens.create({
      name: "bot",
      kind: "agent",
      permissions: [...allowed],
    });
    const bot = await callerOf({ bearerToken: secret });
    await expect(bot.protection.set({ vm: "shop-01", policy: "standard-daily" })).rejects.toMatchObject({
      cause: { code: "INPUT_INVALID" },
    });
    const asked = { vm: "shop-01", policy: "standard-daily", reason: "it is not protected" };
    const { requested } = await bot.protection.set(asked);
    expect((await owner.vms.get({ vm: "shop-01" })).policy).toBeNull();
    const id = requested?.id ?? "";
    // The owner of the agent is its requester; the agent decides nothing.
    await expect(bot.approvals.approve({ approval: id, seen: "x" })).rejects.toSatisfy(isForbidden);
    await expect(bot.approvals.reject({ approval: id, comment: "no more" })).rejects.toSatisfy(isForbidden);
    expect(await owner.approvals.get({ approval: id })).toMatchObject({
      refusal: "same-person",
      requester: { via: "agent" },
    });
    const second = await world.as("secondOwner");
    const { now } = await second.approvals.get({ approval: id });
    expect(await second.approvals.approve({ approval: id, seen: now?.seen ?? "" })).toMatchObject({
      state: "executed",
    });
    expect((await owner.vms.get({ vm: "shop-01" })).policy).toMatchObject({ name: "standard-daily" });
    const { rows } = await owner.audit.list({ kind: ["vm.protected"], limit: 1 });
    expect(rows[0]).toMatchObject({ actor: { name: "owner", via: "agent" }, data: { approval: { id } } });
    const why = { permission: "protection:write", vm: "shop-01" } as const;
    expect(await bot.access.explain(why)).toMatchObject({ allowed: true, reason: "agent-requests" });
    await owner.tokens.revoke({ id: token.id });
    await expect(bot.protection.set(asked)).rejects.toSatisfy(isForbidden);
    expect(await owner.access.explain({ ...why, token: token.id })).toMatchObject({ reason: "token-ended" });
  });
});

function isForbidden(error: unknown): boolean {
  return error instanceof Error && isKluisError(error.cause, "FORBIDDEN");
}
