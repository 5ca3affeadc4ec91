/** Rules that take points go through a second person: an edit of a policy, and a move to another one. */
import { expect, test } from "vitest";
import { approveAs, codeOf, errorOf, freshWorld, nightly } from "../../test/world.ts";

const api = freshWorld();
const reason = "less to keep";
const many = { ...nightly, retention: { keepLast: 100 } };
const one = { ...nightly, retention: { keepLast: 1 } };

async function setUp(): Promise<{ readonly policy: string; readonly expectedVersion: number }> {
  const { id } = await api.admin.policies.create({ name: "many", document: many });
  await api.admin.policies.create({ name: "one", document: one });
  for (const byte of [1, 2, 3])
    await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(byte));
  await api.admin.protection.set({ vm: "shop-01", policy: "many" });
  return { policy: id, expectedVersion: 1 };
}

test("an edit of rules waits, another edit meanwhile cancels it, and its own repetition is the same request", async () => {
  const edit = await setUp();
  const shorter = { ...edit, document: one, reason };
  expect(await codeOf(api.admin.policies.update({ ...shorter, reason: "" }))).toBe("INPUT_INVALID");
  const asked = await api.admin.policies.update(shorter);
  expect(asked).toMatchObject({ name: "many", version: 1, requested: { existed: false } });
  const answers = await Promise.all([
    api.admin.policies.update(shorter),
    (await api.as("secondAdmin")).policies.update(shorter),
  ]);
  for (const { requested } of answers)
    expect(requested).toMatchObject({ id: asked.requested?.id, existed: true });
  expect((await api.admin.approvals.list({ policy: "many" })).total).toBe(1);
  expect(await errorOf(approveAs(api.admin, asked))).toMatchObject({
    cause: { reason: "approval-same-person" },
  });
  const second = await api.as("secondAdmin");
  const longer = await second.policies.update({
    ...edit,
    document: { ...many, retention: { keepLast: 101 } },
  });
  expect(longer).toMatchObject({ version: 2, requested: null });
  expect(await approveAs(second, asked)).toMatchObject({ state: "cancelled", endReason: "policy" });
  expect((await api.admin.policies.get({ policy: "many" })).currentVersion).toBe(2);
});

test("a machine that comes under the policy meanwhile cancels the edit of its rules", async () => {
  const edit = await setUp();
  const asked = await api.admin.policies.update({ ...edit, document: one, reason });
  await api.admin.protection.stop({ vm: "shop-01" });
  expect(await approveAs(await api.as("secondAdmin"), asked)).toMatchObject({
    state: "cancelled",
    endReason: "machines",
  });
  expect((await api.admin.policies.get({ policy: "many" })).currentVersion).toBe(1);
});

test("an approved edit is saved once, in the name of its requester", async () => {
  const edit = await setUp();
  const { requested } = await api.admin.policies.update({ ...edit, document: one, reason });
  const approval = requested?.id ?? "";
  const { now } = await api.admin.approvals.get({ approval });
  const deciders = [await api.as("secondAdmin"), api.owner, await api.as("secondOwner")];
  const codes = await Promise.all(
    deciders.map((who) => codeOf(who.approvals.approve({ approval, seen: now?.seen ?? "" }))),
  );
  expect(codes.toSorted()).toEqual(["CONFLICT", "CONFLICT", "none"]);
  expect((await api.admin.policies.get({ policy: "many" })).currentVersion).toBe(2);
  const { rows } = await api.owner.audit.list({ kind: ["policy.changed"] });
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    actor: { name: "commerceAdmin" },
    data: { reason, approval: { id: approval } },
  });
});

test("a move waits, also after a stop, and a change of either side cancels it", async () => {
  await setUp();
  const second = await api.as("secondAdmin");
  const move = { vm: "shop-01", policy: "one", reason };
  const asked = await api.admin.protection.set(move);
  expect(asked).toMatchObject({ jobId: null, requested: { existed: false } });
  await api.admin.protection.stop({ vm: "shop-01" });
  expect(await approveAs(second, asked)).toMatchObject({ state: "cancelled", endReason: "protection" });
  const again = await api.admin.protection.set(move);
  expect(again.requested).toMatchObject({ existed: false });
  const { id } = await api.admin.policies.get({ policy: "one" });
  await api.admin.policies.update({
    policy: id,
    expectedVersion: 1,
    document: { ...one, instantRestoreDays: 1 },
  });
  expect(await approveAs(second, again)).toMatchObject({ state: "cancelled", endReason: "policy" });
  expect((await api.admin.vms.get({ vm: "shop-01" })).status).toBe("stopped");
  const last = await api.admin.protection.set(move);
  expect(await approveAs(second, last)).toMatchObject({
    error: null,
    state: "executed",
    effect: { vms: 1, points: 2 },
  });
  expect((await api.admin.vms.get({ vm: "shop-01" })).protection).toMatchObject({ policy: { name: "one" } });
});

test("an edit that began before another user added scripts is told that the policy changed, not that it may not change scripts", async () => {
  const edit = await setUp();
  const pre = { text: "exit 0", parameters: [], retries: 0 };
  const rules = { timeoutSeconds: 60, continueOnFailure: true, fsFreeze: true };
  const linuxScripts = { from: "policy", pre, post: pre, ...rules } as const;
  const withScripts = { ...many, consistency: { ...many.consistency, linuxScripts } };
  await api.owner.policies.update({ ...edit, document: withScripts });
  expect(await codeOf(api.admin.policies.update({ ...edit, document: many }))).toBe("CONFLICT");
  expect(await codeOf(api.admin.policies.update({ ...edit, expectedVersion: 2, document: many }))).toBe(
    "FORBIDDEN",
  );
});
