/** A change of a policy, or of the policy of a VM, takes points only where the user may shorten retention. */
import type { Permission } from "@kluis/domain";
import { expect, test } from "vitest";
import { approveAs, codeOf, errorOf, freshWorld, nightly } from "../../test/world.ts";
import { createContext } from "../identity/identity.ts";
import { createCaller } from "../root.ts";

const api = freshWorld();
const many = { ...nightly, retention: { keepLast: 100 } };
const one = { ...nightly, retention: { keepLast: 1 } };

/** An administrator of Commerce whose token has only these permissions. */
async function limited(limitedTo: readonly Permission[]): Promise<ReturnType<typeof createCaller>> {
  const admin = await api.as("commerceAdmin");
  const { secret } = await admin.tokens.create({ name: limitedTo.join(" "), permissions: [...limitedTo] });
  return createCaller(await createContext(api.world.api, { bearerToken: secret, ip: "127.0.0.1" }));
}

async function addPoints(vmId: string): Promise<void> {
  for (const byte of [1, 2, 3]) await api.world.addPoint(vmId, new Uint8Array(65536).fill(byte));
}

/** Puts the VM of Platform under a policy of Commerce, as after a VM had left its team's scopes. */
async function govern(vmId: string, policyId: string): Promise<void> {
  await api.world.api.db.prisma.$executeRaw`
    INSERT INTO "Protection" (id, "vmId", "policyId", "excludedDisks", "scheduledThrough")
    VALUES (gen_random_uuid(), ${vmId}::uuid, ${policyId}::uuid, '{}', kluis_now())`;
}

test("an edit needs the right to shorten on every VM that loses points, also on those of other teams", async () => {
  const { commerceVm, platformVm } = api.world;
  const made = await api.admin.policies.create({ name: "shared", document: many });
  await addPoints(commerceVm);
  await api.admin.protection.set({ vm: "shop-01", policy: "shared" });
  await addPoints(platformVm);
  const edit = { policy: made.id, expectedVersion: 1, document: one };
  // Its own VM only, with a token that may not.
  const token = await limited(["inventory:read", "policy:write"]);
  expect(await errorOf(token.policies.update(edit))).toMatchObject({
    cause: { code: "FORBIDDEN", reason: "retention-shorten", params: { vms: 1, points: 3 } },
  });
  await govern(platformVm, made.id);
  const refused = await errorOf(api.admin.policies.update(edit));
  expect(refused).toMatchObject({ cause: { reason: "retention-shorten", params: { vms: 1, points: 3 } } });
  expect(String(refused)).not.toContain("platform");
  const { effect } = await api.admin.policies.preview({ document: one, policy: made.id });
  expect(effect).toMatchObject({ vms: 2, removed: 4, sooner: 2, refusedVms: 1, total: 1 });
  expect(effect?.rows).toEqual([
    { vm: { id: commerceVm, name: "shop-01" }, removed: 2, sooner: 1, allowed: true },
  ]);
  expect((await api.admin.policies.get({ policy: made.id })).currentVersion).toBe(1);
  // Who may not edit the policy learns nothing of machines that they do not see.
  const reader = await limited(["inventory:read"]);
  expect(await reader.policies.preview({ document: one, policy: made.id })).toMatchObject({ effect: null });
  // What takes no point needs no such right.
  const longer = { ...many, retention: { keepLast: 200 } };
  await token.policies.update({ ...edit, document: longer });
  // An owner may, everywhere.
  const asked = await api.owner.policies.update({ ...edit, expectedVersion: 2, reason: "less to keep" });
  expect(asked).toMatchObject({ version: 2, requested: { existed: false } });
  expect((await api.owner.policies.get({ policy: made.id })).currentVersion).toBe(2);
  // Not who may decide about one of the two machines.
  expect(await codeOf(approveAs(await api.as("secondAdmin"), asked))).toBe("FORBIDDEN");
  expect(await approveAs(await api.as("secondOwner"), asked)).toMatchObject({
    state: "executed",
    effect: { vms: 2, points: 4, sooner: 2 },
  });
  expect((await api.owner.policies.get({ policy: made.id })).currentVersion).toBe(3);
  const { rows } = await api.owner.audit.list({ kind: ["policy.changed"] });
  expect(rows[0]?.data).toMatchObject({ effect: { vms: 2, removed: 4, sooner: 2 } });
});

test("another policy takes points only from who may shorten, and its preview says what", async () => {
  await api.admin.policies.create({ name: "many", document: many });
  await api.admin.policies.create({ name: "one", document: one });
  await addPoints(api.world.commerceVm);
  await api.admin.protection.set({ vm: "shop-01", policy: "many" });
  const token = await limited(["inventory:read", "protection:write"]);
  const change = { vm: "shop-01", policy: "one" };
  expect(await token.protection.preview(change)).toMatchObject({
    points: 3,
    removed: 2,
    sooner: 1,
    allowed: false,
    inReach: true,
  });
  expect(await errorOf(token.protection.set(change))).toMatchObject({
    cause: { reason: "retention-shorten", params: { vms: 1, points: 3 } },
  });
  // Nor by a stop and a new start.
  await token.protection.stop({ vm: "shop-01" });
  expect(await codeOf(token.protection.set(change))).toBe("FORBIDDEN");
  await token.protection.set({ vm: "shop-01", policy: "many" });
  const preview = await api.admin.protection.preview(change);
  expect(preview.rows).toHaveLength(2);
  expect(await codeOf(api.admin.protection.set(change))).toBe("INPUT_INVALID");
  const asked = await api.admin.protection.set({ ...change, reason: "less to keep" });
  expect(asked).toMatchObject({ jobId: null, requested: { existed: false } });
  expect((await api.admin.vms.get({ vm: "shop-01" })).protection).toMatchObject({ policy: { name: "many" } });
  expect(await approveAs(await api.as("secondAdmin"), asked)).toMatchObject({
    state: "executed",
    effect: { vms: 1, points: 2, sooner: 1 },
  });
  expect((await api.admin.vms.get({ vm: "shop-01" })).protection).toMatchObject({ policy: { name: "one" } });
});

test("a policy governs only VMs that its team reaches", async () => {
  await api.admin.policies.create({ name: "of-commerce", document: nightly });
  const { name } = await api.owner.vms.get({ vm: api.world.platformVm });
  const change = { vm: name, policy: "of-commerce" };
  expect(await api.owner.protection.preview(change)).toMatchObject({ inReach: false });
  expect(await errorOf(api.owner.protection.set(change))).toMatchObject({
    cause: { code: "FORBIDDEN", reason: "policy-reach", params: { team: "Commerce", vm: name } },
  });
  expect(await api.world.api.db.prisma.protection.count()).toBe(0);
  await api.owner.protection.set({ ...change, policy: "standard-daily" });
});
