import fc from "fast-check";
import { expect, test } from "vitest";
import { type Access, can, type HeldRole, heldRole } from "./access.ts";
import { customRoleRefusal, type Grantor, type Holder, roleChangeRefusal } from "./grants.ts";
import { organisationRoles, type Permission, permissions, rolePermissions, roles } from "./permission.ts";

const teams = ["t1", "t2"].map((id) => ({ id, name: id, reach: [] }));
const other: Holder = { kind: "person", id: "other" };

function grantor(held: readonly HeldRole[], limitedTo: readonly Permission[] | null = null): Grantor {
  const access: Access = { roles: held, teams, limitedTo };
  return { access, personIds: ["me", "me-too"], groupIds: ["mine"] };
}

function give(
  who: Grantor,
  role: (typeof roles)[number],
  ...[teamId, holder = other]: [teamId: string | null, holder?: Holder]
) {
  const granted = { role, permissions: rolePermissions[role], ownerTeamId: null };
  return roleChangeRefusal(who, { granted, teamId, holder })?.reason ?? null;
}

const owner = grantor([heldRole("owner", null)]);
const admin = grantor([heldRole("backup-admin", "t1")]);

test("an owner gives every role in a team, and two in the organization", () => {
  for (const role of roles) expect(give(owner, role, "t1")).toBeNull();
  expect(roles.filter((role) => give(owner, role, null) === null)).toEqual(organisationRoles);
  const custom = { role: null, permissions: ["inventory:read" as const], ownerTeamId: null };
  expect(roleChangeRefusal(owner, { granted: custom, teamId: null, holder: other })?.reason).toBe(
    "organisation-role",
  );
});

test("a team's administrator gives what they hold, in their team only", () => {
  expect(give(admin, "reader", "t1")).toBeNull();
  expect(give(admin, "backup-admin", "t1")).toBeNull();
  expect(give(admin, "owner", "t1")).toBe("more-than-held");
  expect(give(admin, "auditor", "t1")).toBe("more-than-held");
  expect(give(admin, "reader", "t2")).toBe("not-yours");
  expect(give(admin, "auditor", null)).toBe("not-yours");
  expect(give(grantor([heldRole("operator", "t1")]), "reader", "t1")).toBe("not-yours");
});

test("the owner of a team is not an owner of the platform, and makes no other owner of the team", () => {
  const ofTeam = grantor([heldRole("owner", "t1")]);
  expect(can(ofTeam.access, "platform:manage", { kind: "anywhere" })).toBe(false);
  expect(give(ofTeam, "backup-admin", "t1")).toBeNull();
  expect(give(ofTeam, "owner", "t1")).toBe("more-than-held");
});

test("no one changes a role that is theirs: of an account, a linked account, or a group that they are in", () => {
  for (const holder of [
    { kind: "person", id: "me" },
    { kind: "person", id: "me-too" },
    { kind: "group", id: "mine" },
  ] as const) {
    expect(give(owner, "reader", "t1", holder)).toBe("own-role");
    expect(give(admin, "reader", "t1", holder)).toBe("own-role");
    const change = {
      teamId: "t1",
      before: ["inventory:read"],
      after: ["backup:run"],
      holders: [holder],
    } as const;
    expect(customRoleRefusal(admin, change)?.reason).toBe("own-role");
  }
  expect(give(owner, "reader", "t1", { kind: "group", id: "me" })).toBeNull();
});

test("a role of one team is given in that team only; a role of every team belongs to the owner", () => {
  const granted = { role: null, permissions: ["inventory:read" as const], ownerTeamId: "t2" };
  expect(roleChangeRefusal(owner, { granted, teamId: "t1", holder: other })?.reason).toBe(
    "role-of-other-team",
  );
  const make = { before: [], after: ["backup:run"], holders: [] } as const;
  expect(customRoleRefusal(admin, { ...make, teamId: "t1" })).toBeNull();
  expect(customRoleRefusal(admin, { ...make, teamId: null })?.reason).toBe("not-yours");
  expect(customRoleRefusal(admin, { ...make, teamId: "t2" })?.reason).toBe("not-yours");
  expect(customRoleRefusal(owner, { ...make, teamId: null })).toBeNull();
  expect(customRoleRefusal(admin, { ...make, teamId: "t1", before: ["audit:read"] })).toEqual({
    reason: "more-than-held",
    permission: "audit:read",
  });
});

test("a token gives no permission that it was not given itself", () => {
  const token = grantor([heldRole("owner", null)], ["team:manage", "inventory:read"]);
  expect(give(token, "reader", "t1")).toBeNull();
  expect(give(token, "operator", "t1")).toBe("more-than-held");
  expect(give(token, "auditor", null)).toBe("not-yours");
});

const anyHeld = fc.record({
  role: fc.constantFrom(...roles),
  teamId: fc.constantFrom("t1", "t2", null),
});
const anyPermissions = fc.subarray([...permissions]);

test("for any rights: what is given is held there by the one who gives", () => {
  fc.assert(
    fc.property(
      fc.array(anyHeld, { maxLength: 4 }),
      anyPermissions,
      fc.constantFrom("t1", "t2", null),
      (held, wanted, teamId) => {
        const valid = held.filter((one) => one.teamId !== null || organisationRoles.includes(one.role));
        const who = grantor(valid.map((one) => heldRole(one.role, one.teamId)));
        const refusal = customRoleRefusal(who, { teamId, before: [], after: wanted, holders: [other] });
        if (refusal !== null) return;
        const place =
          teamId === null ? ({ kind: "organisation" } as const) : ({ kind: "team", teamId } as const);
        for (const permission of wanted) expect(can(who.access, permission, place)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});
