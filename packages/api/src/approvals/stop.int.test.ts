/** A stop that deletes the data of a VM goes through a second person. */
import type { Permission } from "@kluis/domain";
import { expect, test } from "vitest";
import { approveAs, codeOf, errorOf, freshWorld } from "../../test/world.ts";
import { createContext } from "../identity/identity.ts";
import { createCaller } from "../root.ts";

const api = freshWorld();
const reason = "the machine is retired";
const stop = { vm: "shop-01", reason, deletePoints: { confirm: "shop-01" } };

async function addPoint(byte = 1): Promise<string> {
  return api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(byte));
}

async function protect(): Promise<void> {
  const { jobId } = await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  await api.world.endJob(jobId ?? "", "succeeded");
}

async function states(): Promise<string[]> {
  const rows = await api.world.api.db.prisma.recoveryPoint.findMany({ orderBy: { createdAt: "asc" } });
  return rows.map(({ state }) => state);
}

async function tokenOf(permissions: readonly Permission[]) {
  const { secret } = await api.admin.tokens.create({ name: "script", permissions: [...permissions] });
  return createCaller(await createContext(api.world.api, { bearerToken: secret }));
}

test("the request shows what is removed, and nothing happens until another person approves", async () => {
  await protect();
  await addPoint(1);
  await addPoint(2);
  const asked = await api.admin.protection.stop({ ...stop, ticket: "CHG-1", expiresInHours: 24 });
  expect(asked).toMatchObject({ deleted: null, requested: { existed: false, deciders: { count: 1 } } });
  expect(await api.admin.protection.stop(stop)).toMatchObject({ requested: { existed: true } });
  const approval = asked.requested?.id ?? "";
  expect(await api.admin.approvals.get({ approval })).toMatchObject({
    kind: "protection.stop",
    ticket: "CHG-1",
    refusal: "same-person",
    now: { effect: { vms: 1, points: 2, pinned: 0, lastGood: 1, undoDays: 14 }, cancels: null },
  });
  expect((await api.admin.approvals.list({ vm: "shop-01" })).total).toBe(1);
  expect(await errorOf(approveAs(api.admin, asked))).toMatchObject({
    cause: { reason: "approval-same-person" },
  });
  expect(await states()).toEqual(["available", "available"]);
  expect(await approveAs(await api.as("secondAdmin"), asked)).toMatchObject({ state: "executed" });
  expect(await states()).toEqual(["soft-deleted", "soft-deleted"]);
  const { rows } = await api.owner.audit.list({ kind: ["protection.stopped", "point.soft-deleted"] });
  expect(rows).toHaveLength(3);
  for (const row of rows) {
    expect(row).toMatchObject({
      actor: { name: "commerceAdmin" },
      data: { reason, approval: { id: approval, approvedBy: { name: "secondAdmin" } } },
    });
  }
});

test("a stop that takes no point is done at once, with or without a reason", async () => {
  await protect();
  expect(await api.admin.protection.stop({ vm: "shop-01" })).toMatchObject({
    deleted: null,
    requested: null,
  });
  await protect();
  expect(await api.admin.protection.stop(stop)).toMatchObject({ deleted: { points: 0 }, requested: null });
  expect((await api.admin.approvals.list()).total).toBe(0);
});

test("the data of a VM that is not protected needs a second person too", async () => {
  await addPoint();
  expect(await codeOf(api.admin.protection.stop({ vm: "shop-01" }))).toBe("VM_NOT_PROTECTED");
  const asked = await api.admin.protection.stop(stop);
  expect(await states()).toEqual(["available"]);
  expect(await approveAs(api.owner, asked)).toMatchObject({ state: "executed" });
  expect(await states()).toEqual(["soft-deleted"]);
});

test("another protection than before cancels it", async () => {
  await protect();
  await addPoint();
  const asked = await api.admin.protection.stop(stop);
  await api.admin.protection.stop({ vm: "shop-01" });
  const second = await api.as("secondAdmin");
  expect(await approveAs(second, asked)).toMatchObject({ state: "cancelled", endReason: "protection" });
  const again = await api.admin.protection.stop(stop);
  expect(again.requested).toMatchObject({ existed: false });
  await api.admin.protection.set({ vm: "shop-01", policy: "enhanced-4h" });
  expect(await approveAs(second, again)).toMatchObject({ state: "cancelled", endReason: "protection" });
  expect(await states()).toEqual(["available"]);
});

test("a decider who saw fewer points, or none that is pinned, decides again", async () => {
  await protect();
  const first = await addPoint(1);
  const asked = await api.admin.protection.stop(stop);
  const approval = asked.requested?.id ?? "";
  const second = await api.as("secondAdmin");
  const seen = async () => (await second.approvals.get({ approval })).now?.seen ?? "";
  const before = await seen();
  await addPoint(2);
  const changed = { cause: { code: "CONFLICT", reason: "approval-changed" } };
  expect(await errorOf(second.approvals.approve({ approval, seen: before }))).toMatchObject(changed);
  const more = await seen();
  await api.admin.points.pin({ point: first, reason: "an audit" });
  expect(await errorOf(second.approvals.approve({ approval, seen: more }))).toMatchObject(changed);
  expect(await approveAs(second, asked)).toMatchObject({
    state: "executed",
    effect: { points: 1, pinned: 1 },
  });
  expect(await states()).toEqual(["available", "soft-deleted"]);
});

test("a token, a batch, and users at once do not pass it by", async () => {
  await protect();
  await addPoint();
  const poor = await tokenOf(["inventory:read", "protection:write"]);
  expect(await codeOf(poor.protection.stop(stop))).toBe("FORBIDDEN");
  const script = await tokenOf(["inventory:read", "protection:write", "point:delete", "approval:decide"]);
  const second = await api.as("secondAdmin");
  const answers = await Promise.all(
    [api.admin, script, second, api.owner, api.admin, script].map((one) => one.protection.stop(stop)),
  );
  expect(new Set(answers.map(({ requested }) => requested?.id)).size).toBe(1);
  expect(answers.filter(({ requested }) => requested?.existed === false)).toHaveLength(1);
  expect(await states()).toEqual(["available"]);
  expect(await api.admin.vms.get({ vm: "shop-01" })).not.toMatchObject({ status: "stopped" });
});

test("two who approve at once stop it once", async () => {
  await protect();
  await addPoint();
  const { requested } = await api.admin.protection.stop(stop);
  const approval = requested?.id ?? "";
  const { now } = await api.owner.approvals.get({ approval });
  const deciders = [api.owner, await api.as("secondAdmin"), await api.as("secondOwner")];
  const codes = await Promise.all(
    deciders.map((one) => codeOf(one.approvals.approve({ approval, seen: now?.seen ?? "" }))),
  );
  expect(codes.toSorted()).toEqual(["CONFLICT", "CONFLICT", "none"]);
  expect((await api.owner.audit.list({ kind: ["protection.stopped"] })).rows).toHaveLength(1);
});
