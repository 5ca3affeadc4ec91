import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kluisErrorOf } from "../error-map.ts";
import { createContext, signIn } from "../identity/identity.ts";
import { createCaller } from "../root.ts";
import { createWorld, people as groups, type World } from "../testing.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = kluisErrorOf(
    await work.then(
      () => new Error("It was allowed."),
      (caught: unknown) => caught,
    ),
  );
  return `${error.code} ${error.reason ?? ""}`;
}

const facts = (name: string, groupIds: readonly string[]) => ({
  tid: "tenant-x",
  oid: `oid-${name}`,
  name,
  username: `${name}@x.example`,
  groups: groupIds,
});

async function caller(credentials: { sessionToken?: string; bearerToken?: string }) {
  return createCaller(await createContext(world.api, credentials));
}

describe("a disabled user", () => {
  test("loses sessions and tokens at once, and cannot sign in", async () => {
    const owner = await world.as("owner");
    const { sessionToken, personId } = await signIn(world.api, facts("dora", groups.commerceOperator));
    const hers = await caller({ sessionToken });
    const { secret } = await hers.tokens.create({ name: "script", permissions: ["inventory:read"] });
    await owner.people.disable({ person: personId, reason: "left the company" });
    expect(await refusal((await caller({ sessionToken })).vms.list())).toBe("NOT_SIGNED_IN session-ended");
    expect(await refusal((await caller({ bearerToken: secret })).vms.list())).toBe("TOKEN_INVALID revoked");
    expect(await refusal(signIn(world.api, facts("dora", groups.commerceOperator)))).toBe(
      "NOT_SIGNED_IN disabled",
    );
    await owner.people.enable({ person: personId });
    expect(await refusal((await caller({ sessionToken })).vms.list())).toBe("NOT_SIGNED_IN session-ended");
    const again = await signIn(world.api, facts("dora", groups.commerceOperator));
    expect((await (await caller(again)).vms.list()).rows).toHaveLength(1);
    const { rows } = await owner.audit.list({ kind: ["person.disabled", "person.enabled"] });
    expect(rows.map(({ kind }) => kind)).toEqual(["person.enabled", "person.disabled"]);
  });

  test("whom the directory disabled is enabled by a sign-in, whom an owner disabled is not", async () => {
    const { personId } = await signIn(world.api, facts("eli", []));
    const set = (disabledBy: string) =>
      world.api.db.prisma.person.update({
        where: { id: personId },
        data: { disabledAt: new Date(), disabledBy },
      });
    await set("directory");
    const { sessionToken } = await signIn(world.api, facts("eli", []));
    expect((await (await caller({ sessionToken })).me.get()).person.name).toBe("eli");
    await set("kluis");
    expect(await refusal(signIn(world.api, facts("eli", [])))).toBe("NOT_SIGNED_IN disabled");
  });

  test("is never the last owner, nor oneself", async () => {
    const owner = await world.as("owner");
    const me = (await owner.me.get()).person.id;
    expect(await refusal(owner.people.disable({ person: me, reason: "a test" }))).toBe(
      "FORBIDDEN own-account",
    );
    // Two owners disable each other at once: one stays.
    const [ann, ben] = await Promise.all(
      ["ann", "ben"].map(async (name) => {
        const { sessionToken, personId } = await signIn(world.api, facts(name, [`g-${name}`]));
        const holder = { kind: "person", person: personId } as const;
        await owner.teams.addMember({ team: null, role: "owner", holder });
        return { id: personId, api: await caller({ sessionToken }) };
      }),
    );
    if (ann === undefined || ben === undefined) throw new Error("There are two.");
    await ann.api.people.disable({ person: me, reason: "a test" });
    const both = await Promise.allSettled([
      ann.api.people.disable({ person: ben.id, reason: "a test" }),
      ben.api.people.disable({ person: ann.id, reason: "a test" }),
    ]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const left = both[0]?.status === "fulfilled" ? ann : ben;
    await left.api.people.enable({ person: me });
    await left.api.people.enable({ person: left === ann ? ben.id : ann.id });
  });
});

describe("sessions", () => {
  test("a sign-in ends the one before it in the same browser", async () => {
    const first = await signIn(world.api, facts("finn", []));
    const second = await signIn(world.api, { ...facts("finn", []), replaces: first.sessionToken });
    expect(await refusal((await caller(first)).me.get())).toBe("NOT_SIGNED_IN session-ended");
    const his = await caller(second);
    expect(await his.me.sessions()).toMatchObject([{ isCurrent: true }]);
    await signIn(world.api, facts("finn", []));
    expect(await his.me.signOutEverywhere()).toEqual({ sessions: 2 });
    expect(await refusal((await caller(second)).me.get())).toBe("NOT_SIGNED_IN session-ended");
  });

  test("of members are ended by their team's administrator; those of an owner are not", async () => {
    const admin = await world.as("commerceAdmin");
    const gus = await signIn(world.api, facts("gus", groups.commerceOperator));
    const his = await caller(gus);
    const { token } = await his.tokens.create({ name: "his", permissions: ["inventory:read"] });
    const detail = await admin.people.get({ person: "gus@x.example" });
    expect(detail).toMatchObject({
      canRevoke: true,
      canChange: false,
      sessions: [{}],
      tokens: [{ name: "his" }],
    });
    expect(
      (await admin.people.revokeToken({ person: gus.personId, token: token.id })).revokedAt,
    ).not.toBeNull();
    expect(await admin.people.signOut({ person: gus.personId })).toEqual({ sessions: 1 });
    expect(await refusal((await caller(gus)).me.get())).toBe("NOT_SIGNED_IN session-ended");

    const boss = await signIn(world.api, facts("boss", groups.commerceOperator));
    const owner = await world.as("owner");
    const holder = { kind: "person", person: boss.personId } as const;
    await owner.teams.addMember({ team: null, role: "auditor", holder });
    expect(await admin.people.get({ person: boss.personId })).toMatchObject({
      canRevoke: false,
      sessions: [],
    });
    expect(await refusal(admin.people.signOut({ person: boss.personId }))).toBe("FORBIDDEN permission");
    const { personId } = await signIn(world.api, facts("outsider", groups.platformReader));
    expect(await refusal(admin.people.get({ person: personId }))).toBe("NOT_FOUND person");
  });

  test("a team's administrator lists the members of the own team only", async () => {
    await signIn(world.api, facts("hanna", groups.commerceOperator));
    await signIn(world.api, facts("ivo", groups.platformReader));
    const admin = await world.as("commerceAdmin");
    const names = (await admin.people.list()).rows.map(({ name }) => name);
    expect(names).toContain("hanna");
    expect(names).not.toContain("ivo");
    const owner = await world.as("owner");
    const page = await owner.people.list({ search: "IVO", pageSize: 1 });
    expect(page).toMatchObject({ total: 1, rows: [{ name: "ivo", roles: 1, sessions: 1, tokens: 0 }] });
  });
});

describe("accounts of one person", () => {
  test("are linked and unlinked by an owner, who cannot free an own one", async () => {
    const owner = await world.as("owner");
    const [a, b, c] = await Promise.all(
      ["jo-1", "jo-2", "jo-3"].map((name) => signIn(world.api, facts(name, []))),
    );
    if (a === undefined || b === undefined || c === undefined) throw new Error("There are three.");
    await owner.people.link({ person: a.personId, other: b.personId });
    await owner.people.link({ person: c.personId, other: b.personId });
    const { accounts } = await owner.people.get({ person: a.personId });
    expect(accounts.map(({ name }) => name).toSorted()).toEqual(["jo-2", "jo-3"]);
    await owner.people.unlink({ person: c.personId });
    expect((await owner.people.get({ person: a.personId })).accounts).toHaveLength(1);
    const me = (await owner.me.get()).person.id;
    await owner.people.link({ person: me, other: a.personId });
    expect(await refusal(owner.people.unlink({ person: a.personId }))).toBe("FORBIDDEN own-account");
    // A role of a linked account is an own one.
    const holder = { kind: "person", person: b.personId } as const;
    expect(await refusal(owner.teams.addMember({ team: "commerce", role: "reader", holder }))).toBe(
      "FORBIDDEN own-role",
    );
  });
});

describe("an explanation", () => {
  test("names the role, the group and the scope that decide, or what is missing and who can give it", async () => {
    const admin = await world.as("commerceAdmin");
    const kai = await signIn(world.api, facts("kai", groups.commerceOperator));
    const may = await admin.access.explain({ person: kai.personId, permission: "backup:run", vm: "shop-01" });
    expect(may).toMatchObject({
      allowed: true,
      reason: "allowed",
      roles: [
        {
          role: "operator",
          team: { name: "Commerce" },
          group: { id: groups.commerceOperator[0] },
          verdict: "gives",
          scope: { kind: "resource-group", resourceGroup: "commerce-rg" },
        },
      ],
    });
    const mayNot = await admin.access.explain({
      person: kai.personId,
      permission: "point:delete",
      vm: "shop-01",
    });
    expect(mayNot).toMatchObject({ allowed: false, reason: "lacks" });
    expect(mayNot.grantors.map(({ team, isGroup }) => [team?.name, isGroup])).toContainEqual([
      "Commerce",
      true,
    ]);
    const own = await (await caller(kai)).access.explain({ permission: "platform:manage" });
    expect(own).toMatchObject({ allowed: false, reason: "lacks" });
    expect(
      await refusal(admin.access.explain({ person: "owner@contoso.example", permission: "backup:run" })),
    ).toBe("NOT_FOUND person");
    expect(await refusal(admin.access.explain({ permission: "backup:run", vm: "ops-01" }))).toBe(
      "VM_NOT_FOUND unknown",
    );
  });

  test("counts the limit of a token, and a disabled account", async () => {
    const lou = await signIn(world.api, facts("lou", groups.commerceOperator));
    const { secret } = await (await caller(lou)).tokens.create({
      name: "t",
      permissions: ["inventory:read"],
    });
    const token = await caller({ bearerToken: secret });
    expect(await token.access.explain({ permission: "backup:run", vm: "shop-01" })).toMatchObject({
      allowed: false,
      reason: "token-limit",
    });
    const owner = await world.as("owner");
    await owner.people.disable({ person: lou.personId, reason: "a test" });
    expect(
      await owner.access.explain({ person: lou.personId, permission: "backup:run", vm: "shop-01" }),
    ).toMatchObject({ allowed: false, reason: "disabled" });
  });
});
