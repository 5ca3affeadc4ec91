import fc from "fast-check";
import { expect, test } from "vitest";
import { type Access, type AccessTarget, can, heldRole } from "./access.ts";
import { explainAccess } from "./explain.ts";
import { type Permission, permissions, roles } from "./permission.ts";
import { limitAccess, type TokenLimit, tokenKinds } from "./token.ts";

const shop = { subscriptionId: "s1", resourceGroup: "shop-rg", tags: {} };
const reach = { kind: "resource-group", subscriptionId: "s1", resourceGroup: "shop-rg" } as const;
const shopTeam = { id: "shop", name: "Shop", reach: [reach] };
const opsTeam = { id: "ops", name: "Ops", reach: [] };
const onShop: AccessTarget = { kind: "vm", vm: shop };
const enabled = { isDisabled: false, limit: null };

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
])("says what is missing", (who, reason) => {
  expect(explainAccess(who, { permission: "backup:run", target: onShop }, enabled)).toMatchObject({
    allowed: false,
    reason,
  });
});

const ofToken = (change: Partial<TokenLimit>): TokenLimit => ({
  kind: "standard",
  permissions: ["backup:run", "point:delete", "restore:files"],
  teamId: null,
  ...change,
});

test.each<[Permission, Partial<TokenLimit>, string]>([
  ["backup:run", {}, "allowed"],
  ["backup:run", { permissions: ["inventory:read"] }, "token-limit"],
  ["backup:run", { permissions: [] }, "token-limit"],
  ["backup:run", { teamId: "ops" }, "token-team"],
  ["backup:run", { teamId: "shop" }, "allowed"],
  ["backup:run", { kind: "agent" }, "allowed"],
  ["point:delete", { kind: "agent" }, "agent-requests"],
  ["restore:files", { kind: "agent" }, "token-agent"],
])("of a token, %s with %o is %s", (permission, change, reason) => {
  const who = access(["backup-admin", "shop"], ["backup-admin", "ops"]);
  const asked = explainAccess(
    who,
    { permission, target: onShop },
    { isDisabled: false, limit: ofToken(change) },
  );
  expect(asked.reason).toBe(reason);
  const ended = { isDisabled: false, hasEnded: true, limit: ofToken(change) };
  expect(explainAccess(who, { permission, target: onShop }, ended)).toMatchObject({
    allowed: false,
    reason: "token-ended",
  });
});

test("a role in a team does not give the platform, and a disabled account may nothing", () => {
  const platform = { permission: "platform:manage", target: { kind: "organisation" } } as const;
  expect(explainAccess(access(["owner", "shop"]), platform, enabled).reason).toBe("organisation-only");
  const disabled = { isDisabled: true, limit: null };
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
  limitedTo: fc.constant(null),
});
const anyLimit = fc.option(
  fc.record({
    kind: fc.constantFrom(...tokenKinds),
    permissions: fc.subarray([...permissions]),
    teamId: fc.constantFrom("shop", "ops", "removed", null),
  }),
);
const anyTarget: fc.Arbitrary<AccessTarget> = fc.constantFrom<AccessTarget[]>(
  onShop,
  { kind: "vm", vm: { ...shop, resourceGroup: "other" } },
  { kind: "team", teamId: "shop" },
  { kind: "organisation" },
  { kind: "anywhere" },
);

const anyQuestion = fc.record({ permission: fc.constantFrom(...permissions), target: anyTarget });

test("for any access: the explanation decides as `can` does, and a role that gives it is there exactly then", () => {
  fc.assert(
    fc.property(anyAccess, anyQuestion, anyLimit, (who, question, limit) => {
      const { permission, target } = question;
      const {
        allowed,
        reason,
        roles: explained,
      } = explainAccess(who, question, { isDisabled: false, limit });
      expect(allowed).toBe(can(limitAccess(who, limit), permission, target));
      if (permission === "self") return;
      const gives = explained.some(({ verdict }) => verdict === "gives");
      expect(gives).toBe(allowed || reason.startsWith("token-"));
    }),
    { numRuns: 1_000 },
  );
});
