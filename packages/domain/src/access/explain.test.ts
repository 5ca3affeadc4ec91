import fc from "fast-check";
import { expect, test } from "vitest";
import { type Access, type AccessTarget, can, heldRole } from "./access.ts";
import { explainAccess } from "./explain.ts";
import { permissions, roles } from "./permission.ts";

const shop = { subscriptionId: "s1", resourceGroup: "shop-rg", tags: {} };
const reach = { kind: "resource-group", subscriptionId: "s1", resourceGroup: "shop-rg" } as const;
const shopTeam = { id: "shop", name: "Shop", reach: [reach] };
const opsTeam = { id: "ops", name: "Ops", reach: [] };
const onShop: AccessTarget = { kind: "vm", vm: shop };
const enabled = { isDisabled: false };

function access(...held: Parameters<typeof heldRole>[]): Access {
  return { roles: held.map((one) => heldRole(...one)), teams: [shopTeam, opsTeam], limitedTo: null };
}

test("names the role, the group and the scope that give it", () => {
  const who = access(["reader", "shop"], ["operator", "shop", "g1"]);
  const {
    allowed,
    reason,
    roles: explained,
  } = explainAccess(who, { permission: "backup:run", target: onShop }, enabled);
  expect([allowed, reason]).toEqual([true, "allowed"]);
  expect(explained[0]).toMatchObject({
    verdict: "gives",
    held: { role: "operator", groupId: "g1" },
    team: { name: "Shop" },
    scope: reach,
  });
  expect(explained[1]?.verdict).toBe("lacks");
});

test.each([
  [access(), "no-role"],
  [access(["reader", "shop"]), "lacks"],
  [access(["operator", "ops"]), "elsewhere"],
  [access(["operator", "ops"], ["reader", "shop"]), "elsewhere"],
  [{ ...access(["operator", "shop"]), limitedTo: ["inventory:read" as const] }, "token-limit"],
])("says what is missing", (who, reason) => {
  expect(explainAccess(who, { permission: "backup:run", target: onShop }, enabled)).toMatchObject({
    allowed: false,
    reason,
  });
});

test("a role in a team does not give the platform, and a disabled account may nothing", () => {
  const platform = { permission: "platform:manage", target: { kind: "organisation" } } as const;
  expect(explainAccess(access(["owner", "shop"]), platform, enabled).reason).toBe("organisation-only");
  const disabled = { isDisabled: true };
  expect(explainAccess(access(["owner", null]), platform, disabled).reason).toBe("disabled");
  expect(explainAccess(access(), { permission: "self", target: onShop }, disabled).allowed).toBe(false);
});

const anyAccess = fc.record({
  roles: fc.array(
    fc
      .tuple(fc.constantFrom(...roles), fc.constantFrom("shop", "ops", null))
      .map(([role, teamId]) => heldRole(role, teamId)),
    { maxLength: 5 },
  ),
  teams: fc.constant([shopTeam, opsTeam]),
  limitedTo: fc.option(fc.subarray([...permissions])),
});
const anyTarget: fc.Arbitrary<AccessTarget> = fc.constantFrom<AccessTarget[]>(
  onShop,
  { kind: "vm", vm: { ...shop, resourceGroup: "other" } },
  { kind: "team", teamId: "shop" },
  { kind: "organisation" },
  { kind: "anywhere" },
);

test("for any access: the explanation decides as `can` does, and a role that gives it is there exactly then", () => {
  fc.assert(
    fc.property(anyAccess, anyTarget, fc.constantFrom(...permissions), (who, target, permission) => {
      const { allowed, reason, roles: explained } = explainAccess(who, { permission, target }, enabled);
      expect(allowed).toBe(can(who, permission, target));
      if (permission === "self") return;
      const gives = explained.some(({ verdict }) => verdict === "gives");
      expect(gives).toBe(allowed || reason === "token-limit");
    }),
    { numRuns: 1_000 },
  );
});
