import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kluisErrorOf } from "../error-map.ts";
import { createContext, signIn } from "../identity/identity.ts";
import { createCaller } from "../root.ts";
import { createWorld, people, subscriptionId, type World } from "../testing.ts";

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

/** A user who has signed in, with these groups. */
async function person(name: string, groups: readonly string[] = []) {
  const facts = { tid: "tenant-x", oid: `oid-${name}`, name, username: `${name}@x.example`, groups };
  const { sessionToken, personId } = await signIn(world.api, facts);
  return {
    id: personId,
    username: facts.username,
    as: async () => createCaller(await createContext(world.api, { sessionToken })),
  };
}

const toPerson = (ref: string) => ({ kind: "person", person: ref }) as const;
const toGroup = (groupId: string, name?: string) =>
  ({ kind: "group", groupId, ...(name !== undefined && { name }) }) as const;

describe("members", () => {
  test("a team's administrator gives and takes what they hold, and nothing more", async () => {
    const admin = await world.as("commerceAdmin");
    const fatima = await person("fatima");
    const team = "commerce";
    const added = await admin.teams.addMember({ team, role: "operator", holder: toPerson(fatima.username) });
    expect(added).toMatchObject({ role: "operator", person: { name: "fatima" } });
    expect((await (await fatima.as()).vms.list()).rows.map(({ name }) => name)).toEqual(["shop-01"]);
    const twice = admin.teams.addMember({ team, role: "operator", holder: toPerson(fatima.id) });
    expect(await refusal(twice)).toBe("CONFLICT role-held-already");
    for (const role of ["owner", "auditor"])
      expect(await refusal(admin.teams.addMember({ team, role, holder: toPerson(fatima.id) }))).toBe(
        "FORBIDDEN grant-more-than-held",
      );
    expect(
      await refusal(admin.teams.addMember({ team: null, role: "auditor", holder: toPerson(fatima.id) })),
    ).toBe("FORBIDDEN permission");
    expect(
      await refusal(admin.teams.addMember({ team: "platform", role: "reader", holder: toPerson(fatima.id) })),
    ).toBe("NOT_FOUND team");
    expect(await admin.teams.removeMember({ member: added.id })).toEqual({ removed: true });
    expect(await refusal((await fatima.as()).vms.list())).toBe("FORBIDDEN permission");
  });

  test("no one changes their own roles: not by a group that they are in", async () => {
    const admin = await world.as("commerceAdmin");
    const me = await admin.me.get();
    const own = toPerson(me.person.id);
    expect(await refusal(admin.teams.addMember({ team: "commerce", role: "reader", holder: own }))).toBe(
      "FORBIDDEN own-role",
    );
    const group = toGroup(people.commerceAdmin[0]);
    expect(await refusal(admin.teams.addMember({ team: "commerce", role: "reader", holder: group }))).toBe(
      "FORBIDDEN own-role",
    );
    const { members } = await admin.teams.get({ team: "commerce" });
    const held = members.find((one) => one.role === "backup-admin");
    expect(held?.removal).toEqual({ reason: "own-role", permission: null });
    expect(await refusal(admin.teams.removeMember({ member: held?.id ?? "" }))).toBe("FORBIDDEN own-role");
  });

  test("a reader without a team is impossible: refused by the rule and by the database", async () => {
    const owner = await world.as("owner");
    const holder = toGroup("readers");
    for (const role of ["reader", "operator", "backup-admin"])
      expect(await refusal(owner.teams.addMember({ team: null, role, holder }))).toBe(
        "INPUT_INVALID organisation-role",
      );
    const { prisma } = world.api.db;
    await owner.roles.create({ name: "Everything", team: null, permissions: ["inventory:read"] });
    const [role] = await prisma.role.findMany({ where: { name: "Everything" } });
    const row = { id: randomUUID(), groupId: "readers" };
    await expect(prisma.roleAssignment.create({ data: { ...row, role: "reader" } })).rejects.toThrow(
      "RoleAssignment_organisation_roles",
    );
    await expect(prisma.roleAssignment.create({ data: { ...row, roleId: role?.id ?? "" } })).rejects.toThrow(
      "RoleAssignment_organisation_roles",
    );
    await expect(
      prisma.role.create({
        data: { id: randomUUID(), name: "x", description: "", permissions: ["platform:manage"] },
      }),
    ).rejects.toThrow("Role_permissions");
    expect(await refusal(owner.teams.addMember({ team: null, role: "Everything", holder }))).toBe(
      "INPUT_INVALID organisation-role",
    );
  });

  test("the owner of a team owns no platform", async () => {
    const owner = await world.as("owner");
    const tom = await person("tom");
    await owner.teams.addMember({ team: "platform", role: "owner", holder: toPerson(tom.id) });
    const his = await tom.as();
    expect((await his.me.get()).permissions).not.toContain("platform:manage");
    expect(await refusal(his.vaults.list())).toBe("FORBIDDEN permission");
    expect(await refusal(his.teams.create({ name: "Mine" }))).toBe("FORBIDDEN permission");
    const ada = await person("ada");
    expect(
      await refusal(his.teams.addMember({ team: "platform", role: "owner", holder: toPerson(ada.id) })),
    ).toBe("FORBIDDEN grant-more-than-held");
  });

  test("names a group, and never repeats a role of another", async () => {
    const owner = await world.as("owner");
    await owner.teams.addMember({ team: "commerce", role: "reader", holder: toGroup("g-9", "Helpdesk") });
    const { members } = await owner.teams.get({ team: "commerce" });
    expect(members.find((one) => one.group?.id === "g-9")?.group?.name).toBe("Helpdesk");
  });
});

describe("custom roles", () => {
  test("are made of permissions that their author holds, and apply to their holders at once", async () => {
    const admin = await world.as("commerceAdmin");
    const kim = await person("kim");
    const made = await admin.roles.create({
      name: "Night shift",
      team: "commerce",
      permissions: ["backup:run"],
    });
    expect(made).toMatchObject({ permissions: ["inventory:read", "backup:run", "self"], holders: 0 });
    await admin.teams.addMember({ team: "commerce", role: "night shift", holder: toPerson(kim.id) });
    expect((await (await kim.as()).me.get()).permissions).toEqual(["inventory:read", "backup:run", "self"]);
    await admin.roles.update({ role: "Night shift", permissions: ["restore:files"] });
    expect((await (await kim.as()).me.get()).permissions).toEqual([
      "inventory:read",
      "restore:files",
      "self",
    ]);
    expect(await refusal(admin.roles.update({ role: "Night shift", permissions: ["audit:read"] }))).toBe(
      "FORBIDDEN grant-more-than-held",
    );
    expect(
      await refusal(admin.roles.create({ name: "reader", team: "commerce", permissions: ["backup:run"] })),
    ).toBe("CONFLICT role-name-taken");
    expect(
      await refusal(admin.roles.create({ name: "For all", team: null, permissions: ["backup:run"] })),
    ).toBe("FORBIDDEN permission");
    expect(await refusal(admin.roles.remove({ role: "Night shift" }))).toBe("CONFLICT role-in-use");
    const owner = await world.as("owner");
    expect(
      await refusal(
        owner.teams.addMember({ team: "platform", role: made.id ?? "", holder: toPerson(kim.id) }),
      ),
    ).toBe("NOT_FOUND role");
  });

  test("are not changed by who holds them", async () => {
    const owner = await world.as("owner");
    const lee = await person("lee", ["g-lee"]);
    const permissions = ["team:manage" as const, "backup:run" as const];
    await owner.roles.create({ name: "Deputy", team: "commerce", permissions });
    await owner.teams.addMember({ team: "commerce", role: "Deputy", holder: toGroup("g-lee") });
    const hers = await lee.as();
    expect(await refusal(hers.roles.update({ role: "Deputy", name: "Chief" }))).toBe("FORBIDDEN own-role");
    expect((await hers.roles.list()).find(({ name }) => name === "Deputy")?.canEdit).toBe(true);
  });
});

describe("teams", () => {
  test("are made, renamed and removed by owners; policies never lose their team silently", async () => {
    const owner = await world.as("owner");
    const made = await owner.teams.create({ name: "Web Shöp (EU)" });
    expect(made.slug).toBe("web-shop-eu");
    expect(await refusal(owner.teams.create({ name: "web shöp (eu)" }))).toBe("CONFLICT team-name-taken");
    expect(await refusal((await world.as("commerceAdmin")).teams.create({ name: "Mine" }))).toBe(
      "FORBIDDEN permission",
    );
    await owner.teams.rename({ team: made.slug, name: "Shop" });
    const document = (await owner.policies.list())[0]?.document;
    if (document === undefined) throw new Error("There is no policy.");
    await owner.policies.create({ name: "of-shop", document, team: made.id });
    expect(await refusal(owner.teams.remove({ team: "Shop" }))).toBe("CONFLICT team-has-policies");
    expect(await refusal(owner.teams.remove({ team: "Shop", policiesTo: "shop" }))).toBe(
      "CONFLICT team-has-policies",
    );
    await owner.teams.remove({ team: "Shop", policiesTo: null });
    const moved = (await owner.policies.list()).find(({ name }) => name === "of-shop");
    expect(moved?.team).toBeNull();
    expect(await refusal(owner.teams.get({ team: "Shop" }))).toBe("NOT_FOUND team");
  });

  test("policies move only to a team that reaches what they protect", async () => {
    const owner = await world.as("owner");
    const team = await owner.teams.create({ name: "Moving" });
    const scope = { kind: "resource-group", subscriptionId, resourceGroup: "Commerce-RG" } as const;
    await owner.teams.addScope({ team: team.id, scope });
    const document = (await owner.policies.list())[0]?.document;
    if (document === undefined) throw new Error("There is no policy.");
    await owner.policies.create({ name: "of-moving", document, team: team.id });
    await owner.protection.set({ vm: "shop-01", policy: "of-moving" });
    expect(await refusal(owner.teams.remove({ team: team.id, policiesTo: "platform" }))).toBe(
      "CONFLICT team-policies-outside",
    );
    const scopeId = (await owner.teams.get({ team: team.id })).scopes[0]?.id ?? "";
    const preview = await owner.teams.previewScopes({ team: team.id, remove: scopeId });
    expect(preview).toMatchObject({
      comes: { count: 0 },
      goes: { count: 1, bound: 1, vms: [{ name: "shop-01", policy: "of-moving" }] },
    });
    await owner.teams.remove({ team: team.id, policiesTo: "commerce" });
    const rows = await owner.audit.list({ kind: ["team.removed", "team.scope-added"] });
    expect(rows.rows.map(({ kind }) => kind)).toContain("team.scope-added");
  });

  test("scopes come with a preview, once, and only from the platform owner", async () => {
    const owner = await world.as("owner");
    const admin = await world.as("commerceAdmin");
    const scope = { kind: "resource-group", subscriptionId, resourceGroup: "Platform-RG" } as const;
    expect(await refusal(admin.teams.addScope({ team: "commerce", scope }))).toBe("FORBIDDEN permission");
    const preview = await owner.teams.previewScopes({ team: "commerce", add: scope });
    expect(preview).toMatchObject({ comes: { count: 1, vms: [{ name: "ops-01" }] }, goes: { count: 0 } });
    await owner.teams.addScope({ team: "commerce", scope });
    expect(await refusal(owner.teams.addScope({ team: "commerce", scope }))).toBe("CONFLICT scope-known");
    const team = await owner.teams.get({ team: "commerce" });
    expect(team).toMatchObject({ vms: 2, canScope: true });
    expect(team.scopes.map(({ subscriptionName }) => subscriptionName !== null)).toContain(true);
    expect((await admin.teams.get({ team: "commerce" })).canScope).toBe(false);
    const added = team.scopes.find(({ resourceGroup }) => resourceGroup === "platform-rg");
    await owner.teams.removeScope({ team: "commerce", scope: added?.id ?? "" });
    expect((await owner.teams.get({ team: "commerce" })).vms).toBe(1);
    expect(await refusal(owner.teams.removeScope({ team: "commerce", scope: added?.id ?? "" }))).toBe(
      "NOT_FOUND scope",
    );
  });
});

describe("the last owner", () => {
  test("is never removed, also when two owners remove each other at once", async () => {
    const owner = await world.as("owner");
    const [ann, ben] = [await person("ann"), await person("ben")];
    const holdings = new Map<string, string>();
    for (const one of [ann, ben]) {
      const { id } = await owner.teams.addMember({ team: null, role: "owner", holder: toPerson(one.id) });
      holdings.set(one.id, id);
    }
    // A group in which Kluis knows no one who can sign in does not count.
    await owner.teams.addMember({ team: null, role: "owner", holder: toGroup("empty") });
    const group = (await owner.teams.organization()).members.find((one) => one.group?.id === people.owner[0]);
    const anns = await ann.as();
    const bens = await ben.as();
    await anns.teams.removeMember({ member: group?.id ?? "" });
    const both = await Promise.allSettled([
      anns.teams.removeMember({ member: holdings.get(ben.id) ?? "" }),
      bens.teams.removeMember({ member: holdings.get(ann.id) ?? "" }),
    ]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const left = both[0]?.status === "fulfilled" ? anns : bens;
    const rest = (await left.teams.organization()).members.filter(({ role }) => role === "owner");
    expect(rest).toHaveLength(2);
    const last = rest.find(({ person: held }) => held !== null);
    expect(last?.removal).toEqual({ reason: "own-role", permission: null });
  });
});
