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
    clock.forward(25 * 3_600_000);
    expect(await refusalOf({ bearerToken: short.secret })).toContain("expired");
    expect(await refusalOf({ bearerToken: "kluis_none" })).toContain("unknown");
  });
});

function isForbidden(error: unknown): boolean {
  return error instanceof Error && isKluisError(error.cause, "FORBIDDEN");
}
