import { randomUUID } from "node:crypto";
import { type TeamReach } from "@kluis/domain";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import { upsertPerson } from "../people/write.ts";
import { inTransaction } from "../tx.ts";
import { readAccess } from "./read.ts";
import { assignRole, ensureTeam } from "./write.ts";

const world = freshWorld();

test("access follows the roles held directly and by group", async () => {
  const { db } = world;
  const reach: TeamReach = { kind: "resource-group", subscriptionId: "SUB-1", resourceGroup: "Commerce-RG" };
  const access = await inTransaction(db, async (tx) => {
    const team = await ensureTeam(tx, { slug: "commerce", name: "Commerce", reach: [reach] }, world.clock);
    expect(await ensureTeam(tx, { slug: "commerce", name: "Other", reach: [] }, world.clock)).toEqual({
      id: team.id,
      created: false,
    });
    const one = await upsertPerson(
      tx,
      { tenantId: "t", objectId: "o", name: "Omar", username: "omar@x", groupIds: ["g1"] },
      world.clock,
    );
    const holding = { role: "operator", teamId: team.id, holder: { groupId: "g1" } } as const;
    expect(await assignRole(tx, holding, world.clock)).not.toBeNull();
    expect(await assignRole(tx, holding, world.clock)).toBeNull();
    await assignRole(tx, { role: "owner", teamId: null, holder: { groupId: "g2" } }, world.clock);
    await assignRole(tx, { role: "auditor", teamId: null, holder: { personId: one.id } }, world.clock);
    return readAccess(tx, one);
  });
  expect(access.roles.map((held) => String(held.role)).toSorted()).toEqual(["auditor", "operator"]);
  expect(access.teams.map((team) => team.reach)).toEqual([
    [{ kind: "resource-group", subscriptionId: "sub-1", resourceGroup: "commerce-rg" }],
  ]);
});

test("the database refuses invalid roles and scopes", async () => {
  const { prisma } = world.db;
  const role = (data: { role: string; groupId?: string; personId?: string }) =>
    prisma.roleAssignment.create({ data: { id: randomUUID(), ...data } });
  await expect(role({ role: "operator", groupId: "g" })).rejects.toThrow("RoleAssignment_organisation_roles");
  await expect(role({ role: "boss", groupId: "g" })).rejects.toThrow("RoleAssignment");
  await expect(role({ role: "owner" })).rejects.toThrow("RoleAssignment_holder");
});
