import fc from "fast-check";
import { expect, test } from "vitest";
import { isKluisError } from "../errors/errors.ts";
import {
  type Access,
  can,
  heldRole,
  isVisible,
  mustBeAllowed,
  type TeamReach,
  teamsOf,
  visibleVmFilter,
} from "./access.ts";
import {
  organisationRoles,
  type Permission,
  permissions,
  type Role,
  rolePermissions,
  roles,
} from "./permission.ts";

const shop = { subscriptionId: "SUB-1", resourceGroup: "Commerce-RG", tags: { CostCenter: "42" } };
const other = { subscriptionId: "sub-1", resourceGroup: "platform-rg", tags: {} };
const team = (id: string, ...reach: TeamReach[]) => ({ id, name: id, reach });
const commerce = team("commerce", {
  kind: "resource-group",
  subscriptionId: "sub-1",
  resourceGroup: "commerce-rg",
});
const access = (
  role: Role,
  teamId: string | null,
  limitedTo: readonly Permission[] | null = null,
): Access => ({
  roles: [heldRole(role, teamId)],
  teams: [commerce],
  limitedTo,
});

test("a role in a team reaches only the team's VMs, ignoring letter case", () => {
  const operator = access("operator", "commerce");
  expect(can(operator, "backup:run", { kind: "vm", vm: shop })).toBe(true);
  expect(can(operator, "backup:run", { kind: "vm", vm: other })).toBe(false);
  expect(can(operator, "policy:write", { kind: "vm", vm: shop })).toBe(false);
  expect(can(operator, "backup:run", { kind: "organisation" })).toBe(false);
  expect(can(operator, "backup:run", { kind: "anywhere" })).toBe(true);
});

test("a role in the organization reaches everything", () => {
  const owner = access("owner", null);
  for (const permission of permissions) {
    expect(can(owner, permission, { kind: "vm", vm: other })).toBe(true);
    expect(can(owner, permission, { kind: "organisation" })).toBe(true);
  }
});

test("a team's policy belongs to the team; the organization's policy only to its owners", () => {
  const admin = access("backup-admin", "commerce");
  expect(can(admin, "policy:write", { kind: "team", teamId: "commerce" })).toBe(true);
  expect(can(admin, "policy:write", { kind: "team", teamId: "platform" })).toBe(false);
  expect(can(admin, "policy:write", { kind: "team", teamId: null })).toBe(false);
});

test("a token never exceeds its own or its owner's permissions", () => {
  const limited = access("operator", "commerce", ["inventory:read", "platform:manage"]);
  expect(can(limited, "inventory:read", { kind: "vm", vm: shop })).toBe(true);
  expect(can(limited, "backup:run", { kind: "vm", vm: shop })).toBe(false);
  expect(can(limited, "platform:manage", { kind: "anywhere" })).toBe(false);
  expect(can(limited, "self", { kind: "anywhere" })).toBe(true);
});

test("a refusal names the missing permission", () => {
  expect(() => mustBeAllowed(access("reader", "commerce"), "backup:run", { kind: "vm", vm: shop })).toThrow(
    expect.toSatisfy(
      (error) => isKluisError(error, "FORBIDDEN") && error.params["permission"] === "backup:run",
    ),
  );
});

test("scopes by subscription and by tag", () => {
  const bySubscription = team("a", { kind: "subscription", subscriptionId: "sub-1" });
  const byTag = team("b", { kind: "tag", tagName: "costcenter", tagValue: "42" });
  const byOtherValue = team("c", { kind: "tag", tagName: "costcenter", tagValue: "43" });
  expect(teamsOf([bySubscription, byTag, byOtherValue], shop).map((one) => one.id)).toEqual(["a", "b"]);
});

test("a user without a role sees nothing", () => {
  const nobody: Access = { roles: [], teams: [], limitedTo: null };
  expect(visibleVmFilter(nobody)).toEqual({ all: false, reach: [], teamIds: [] });
  expect(isVisible(visibleVmFilter(nobody), shop)).toBe(false);
});

const reach: fc.Arbitrary<TeamReach> = fc.oneof(
  fc.record({ kind: fc.constant("subscription" as const), subscriptionId: fc.constantFrom("s1", "s2") }),
  fc.record({
    kind: fc.constant("resource-group" as const),
    subscriptionId: fc.constantFrom("s1", "S2"),
    resourceGroup: fc.constantFrom("g1", "G2"),
  }),
  fc.record({
    kind: fc.constant("tag" as const),
    tagName: fc.constantFrom("env", "Team"),
    tagValue: fc.constantFrom("x", "y"),
  }),
);
const anyAccess: fc.Arbitrary<Access> = fc.record({
  roles: fc.array(
    fc
      .tuple(fc.constantFrom(...roles), fc.constantFrom(null, "t1", "t2"), fc.subarray([...permissions]))
      .map(([role, teamId, some]) => {
        const custom = { id: "c", name: "Custom" };
        return teamId === "t1"
          ? { ...heldRole(role, teamId), role: null, custom, permissions: some }
          : heldRole(role, teamId);
      }),
  ),
  teams: fc.tuple(fc.array(reach), fc.array(reach)).map(([a, b]) => [team("t1", ...a), team("t2", ...b)]),
  limitedTo: fc.constantFrom(null, ["inventory:read" as const], ["backup:run" as const]),
});
const anyVm = fc.record({
  subscriptionId: fc.constantFrom("S1", "s2"),
  resourceGroup: fc.constantFrom("G1", "g2"),
  tags: fc.dictionary(fc.constantFrom("Env", "team"), fc.constantFrom("x", "y")),
});

test("for any access: the filter shows exactly the VMs on which the user holds the permission", () => {
  fc.assert(
    fc.property(anyAccess, anyVm, fc.constantFrom(...permissions), (who, vm, permission) => {
      if (permission === "self") return;
      expect(isVisible(visibleVmFilter(who, permission), vm)).toBe(can(who, permission, { kind: "vm", vm }));
    }),
    { numRuns: 500 },
  );
});

test("only owner and auditor can be held in the whole organization, and every role can read", () => {
  expect(organisationRoles).toEqual(["owner", "auditor"]);
  for (const role of roles) expect(rolePermissions[role]).toContain("inventory:read");
});
