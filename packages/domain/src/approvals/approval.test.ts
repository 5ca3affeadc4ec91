import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Access, heldRole } from "../access/access.ts";
import { approvalStateAt, approvalStates, changedCircumstance } from "./approval.ts";
import { decisionRefusal, isSameHuman, mayDecide } from "./may-decide.ts";

const ada = { tenantId: "t", objectId: "ada", humanId: null };
const bob = { tenantId: "t", objectId: "bob", humanId: null };
const vm = { subscriptionId: "s", resourceGroup: "shop", tags: {} };
const onShop = { kind: "vm", vm } as const;
const elsewhere = { kind: "vm", vm: { ...vm, resourceGroup: "other" } } as const;

const shop = {
  id: "shop",
  name: "Shop",
  reach: [{ kind: "resource-group", subscriptionId: "s", resourceGroup: "shop" }],
} as const;
const admin: Access = { roles: [heldRole("backup-admin", "shop")], teams: [shop], limitedTo: null };
const owner: Access = { roles: [heldRole("owner", null)], teams: [], limitedTo: null };

describe("who may decide", () => {
  const request = { requester: ada, targets: [onShop] };

  test("another person with the right on everything, who is signed in", () => {
    const decider = { person: bob, via: "session", access: admin, decision: "approve" } as const;
    expect(mayDecide(request, decider, isSameHuman)).toBe(true);
    expect(decisionRefusal({ ...request, targets: [onShop, elsewhere] }, decider, isSameHuman)).toBe(
      "permission",
    );
    expect(decisionRefusal({ ...request, targets: [] }, decider, isSameHuman)).toBe("permission");
    expect(mayDecide({ ...request, targets: [] }, { ...decider, access: owner }, isSameHuman)).toBe(true);
  });

  test("never the requester, in any letter case, nor by an account that is linked to them", () => {
    const again = {
      person: { tenantId: "T", objectId: "ADA", humanId: null },
      via: "session",
      access: owner,
      decision: "approve",
    } as const;
    expect(decisionRefusal(request, again, isSameHuman)).toBe("same-person");
    const linked = { person: bob, via: "session", access: owner, decision: "approve" } as const;
    expect(mayDecide(request, linked, isSameHuman)).toBe(true);
    const one = { ...ada, humanId: "h" };
    const two = { ...linked, person: { ...bob, humanId: "h" } };
    expect(decisionRefusal({ ...request, requester: one }, two, isSameHuman)).toBe("same-person");
  });

  test("a token rejects and never approves", () => {
    const token = { person: bob, via: "token", access: owner, decision: "approve" } as const;
    expect(decisionRefusal(request, token, isSameHuman)).toBe("token");
    expect(mayDecide(request, { ...token, decision: "reject" }, isSameHuman)).toBe(true);
  });

  test("no one without the right, by whatever way", () => {
    const access: Access = { ...admin, roles: [heldRole("operator", "shop")] };
    fc.assert(
      fc.property(fc.constantFrom("session", "token"), fc.string(), fc.boolean(), (via, objectId, same) => {
        const decider = {
          person: { tenantId: "t", objectId, humanId: null },
          via,
          access,
          decision: "reject",
        } as const;
        expect(mayDecide(request, decider, () => same)).toBe(false);
      }),
    );
  });
});

test("the first fact that changed is named, also one that is new or gone", () => {
  expect(changedCircumstance({ points: "a", policy: "1" }, { points: "a", policy: "1" })).toBeNull();
  expect(changedCircumstance({ points: "a", policy: "1" }, { points: "b", policy: "2" })).toBe("points");
  expect(changedCircumstance({ points: "a" }, { points: "a", policy: "1" })).toBe("policy");
  expect(changedCircumstance({ undo: "14" }, {})).toBe("undo");
});

test("a request whose time is over has expired, whatever its row says", () => {
  const at = new Date("2026-11-27T00:00:00Z");
  expect(approvalStateAt({ state: "pending", expiresAt: at }, at)).toBe("expired");
  expect(approvalStateAt({ state: "pending", expiresAt: new Date(at.getTime() + 1) }, at)).toBe("pending");
  for (const state of approvalStates.filter((one) => one !== "pending"))
    expect(approvalStateAt({ state, expiresAt: at }, at)).toBe(state);
});
