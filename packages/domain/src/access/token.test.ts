import fc from "fast-check";
import { expect, test } from "vitest";
import { type Access, type AccessTarget, can, heldRole, isVisible, visibleVmFilter } from "./access.ts";
import { agentPermissions, agentUse } from "./agent.ts";
import { type Permission, permissions, roles } from "./permission.ts";
import { idleUntil, limitAccess, type TokenLimit, tokenKinds, tokenPermissions } from "./token.ts";

const groupOf = (resourceGroup: string) => ({ subscriptionId: "s1", resourceGroup, tags: {} });
const teamOf = (id: string) => ({
  id,
  name: id,
  reach: [{ kind: "resource-group", subscriptionId: "s1", resourceGroup: `${id}-rg` } as const],
});
const teams = [teamOf("shop"), teamOf("ops")];
const owner: Access = { roles: [heldRole("owner", null)], teams, limitedTo: null };

test("a token of a team reaches what that team reaches, also when its owner reaches everything", () => {
  const access = limitAccess(owner, { kind: "standard", teamId: "shop", permissions });
  expect(can(access, "point:delete", { kind: "vm", vm: groupOf("shop-rg") })).toBe(true);
  expect(can(access, "point:delete", { kind: "vm", vm: groupOf("ops-rg") })).toBe(false);
  expect(can(access, "policy:write", { kind: "team", teamId: null })).toBe(false);
  expect(can(access, "platform:manage", { kind: "anywhere" })).toBe(false);
  expect(access.limitedTo).not.toContain("self");
  expect(visibleVmFilter(access)).toMatchObject({ all: false, teamIds: ["shop"] });
});

test("a token of a team that was removed, or in which its owner has no role any more, reaches nothing", () => {
  const removed = limitAccess(owner, { kind: "standard", teamId: "gone", permissions });
  expect(removed.roles).toEqual([]);
  const other: Access = { roles: [heldRole("operator", "ops")], teams, limitedTo: null };
  const left = limitAccess(other, { kind: "standard", teamId: "shop", permissions });
  expect(visibleVmFilter(left)).toMatchObject({ all: false, reach: [] });
});

test("an agent has no permission that the table refuses, whatever its row says", () => {
  const access = limitAccess(owner, { kind: "agent", teamId: null, permissions });
  for (const permission of permissions.filter((one) => one !== "self")) {
    expect(can(access, permission, { kind: "organisation" })).toBe(agentPermissions[permission] !== "never");
  }
  expect(agentUse("a.procedure-of-tomorrow")).toBe("never");
});

test("a new token can have what its owner holds in its reach", () => {
  const both: Access = {
    roles: [heldRole("operator", "shop"), heldRole("reader", "ops")],
    teams,
    limitedTo: null,
  };
  const of = (kind: (typeof tokenKinds)[number], teamId: string | null) =>
    tokenPermissions(both, { kind, teamId });
  expect(of("standard", null)).toContain("backup:run");
  expect(of("standard", null)).toContain("self");
  expect(of("standard", "shop")).toContain("restore:files");
  expect(of("standard", "ops")).toEqual(["inventory:read"]);
  expect(of("agent", "shop")).toEqual(["inventory:read", "backup:run"]);
});

test("the idle limit counts from the last use, and before it from the creation", () => {
  const createdAt = new Date("2026-01-01T00:00:00Z");
  expect(idleUntil({ createdAt, lastUsedAt: null, idleDays: 2 })).toEqual(new Date("2026-01-03T00:00:00Z"));
  const lastUsedAt = new Date("2026-02-01T00:00:00Z");
  expect(idleUntil({ createdAt, lastUsedAt, idleDays: 2 })).toEqual(new Date("2026-02-03T00:00:00Z"));
});

const anyAccess: fc.Arbitrary<Access> = fc.record({
  roles: fc.array(
    fc
      .tuple(fc.constantFrom(...roles), fc.constantFrom("shop", "ops", null))
      .map(([role, teamId]) => heldRole(role, teamId)),
    { maxLength: 4 },
  ),
  teams: fc.constant(teams),
  limitedTo: fc.constant(null),
});
const anyTarget = fc.constantFrom<AccessTarget[]>(
  { kind: "vm", vm: groupOf("shop-rg") },
  { kind: "vm", vm: groupOf("ops-rg") },
  { kind: "vm", vm: groupOf("other") },
  { kind: "team", teamId: "shop" },
  { kind: "team", teamId: "ops" },
  { kind: "team", teamId: null },
  { kind: "organisation" },
  { kind: "anywhere" },
);
const anyLimit = fc.record({
  kind: fc.constantFrom(...tokenKinds),
  permissions: fc.subarray([...permissions]),
  teamId: fc.constantFrom("shop", "ops", "removed", null),
});

const anyQuestion = fc.record({ permission: fc.constantFrom(...permissions), target: anyTarget });
type Question = { readonly permission: Permission; readonly target: AccessTarget };

/** Whether what a token may is its owner's, was given to it, and is inside its kind and team. */
function isInside(whole: Access, limit: TokenLimit, { permission, target }: Question): boolean {
  const { teamId } = limit;
  const inTeam =
    teamId === null ||
    target.kind === "anywhere" ||
    (target.kind === "team" && target.teamId === teamId) ||
    (target.kind === "vm" && target.vm.resourceGroup === `${teamId}-rg`);
  return (
    can(whole, permission, target) &&
    limit.permissions.includes(permission) &&
    (limit.kind === "standard" || agentPermissions[permission] !== "never") &&
    inTeam
  );
}

test("for any rights and limits: a token may nothing that its owner may not, that it was not given, or outside its team", () => {
  fc.assert(
    fc.property(anyAccess, anyLimit, anyQuestion, (whole, limit, question) => {
      const { permission, target } = question;
      const access = limitAccess(whole, limit);
      // Every signed-in user has `self`, and no VM is asked about with it.
      if (permission === "self") return;
      const may = can(access, permission, target);
      expect(may && !isInside(whole, limit, question)).toBe(false);
      const sees = target.kind === "vm" && isVisible(visibleVmFilter(access, permission), target.vm);
      expect(sees && !isInside(whole, limit, question)).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});
