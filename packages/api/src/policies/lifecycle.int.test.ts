/** Rename, retire and reinstate: what they change, who may, and what stays as it is. */
import { expect, test } from "vitest";
import { codeOf, errorOf, freshWorld, nightly } from "../../test/world.ts";

const api = freshWorld();

async function kinds(): Promise<readonly string[]> {
  const { rows } = await api.owner.audit.list({});
  const byPeople = rows.filter(({ actor }) => actor.kind === "person");
  return byPeople.map(({ kind }) => kind).filter((kind) => kind.startsWith("policy."));
}

test("a renamed policy keeps its versions and VMs; its former name is free", async () => {
  const { id } = await api.admin.policies.create({ name: "old-name", document: nightly });
  await api.admin.protection.set({ vm: "shop-01", policy: "old-name" });
  const rename = { policy: id, expectedName: "old-name", name: "new-name" };
  expect(await api.admin.policies.rename(rename)).toEqual({ id, name: "new-name", version: 1 });
  expect(await api.admin.policies.get({ policy: "new-name" })).toMatchObject({ id, vmCount: 1 });
  expect((await api.admin.vms.get({ vm: "shop-01" })).policy).toMatchObject({ name: "new-name" });
  // Another user saw the former name.
  expect(await errorOf(api.admin.policies.rename({ ...rename, name: "third" }))).toMatchObject({
    cause: { code: "CONFLICT", reason: "policy-renamed", params: { name: "new-name" } },
  });
  // The same name again changes nothing, and makes no event.
  await api.admin.policies.rename({ policy: id, name: "new-name" });
  await api.admin.policies.create({ name: "old-name", document: nightly });
  expect(await kinds()).toEqual(["policy.created", "policy.renamed", "policy.created"]);
  const { rows } = await api.owner.audit.list({ kind: ["policy.renamed"] });
  expect(rows[0]).toMatchObject({
    target: { name: "new-name" },
    data: { before: { name: "old-name" }, after: { name: "new-name" } },
  });
});

test("a taken name is refused without a word of who has it", async () => {
  await api.owner.policies.create({ name: "secret-plan", team: "platform", document: nightly });
  await api.admin.policies.create({ name: "mine", document: nightly });
  for (const attempt of [
    () => api.admin.policies.rename({ policy: "mine", name: "secret-plan" }),
    () => api.admin.policies.create({ name: "secret-plan", document: nightly }),
  ]) {
    const refused = await errorOf(attempt());
    expect(refused).toMatchObject({
      cause: { code: "CONFLICT", reason: "policy-name-taken", params: { policy: "secret-plan" } },
    });
    expect(String(refused)).toContain('The name "secret-plan" is taken.');
    expect(String(refused)).not.toMatch(/platform|exists/i);
  }
});

test("a retired policy takes no VM, keeps those it has, and can be taken back into use", async () => {
  const { id } = await api.admin.policies.create({ name: "leaving", document: nightly });
  await api.admin.policies.create({ name: "other", document: nightly });
  const pointId = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(1));
  await api.admin.protection.set({ vm: "shop-01", policy: "leaving" });
  const retired = await api.admin.policies.retire({ policy: "leaving" });
  expect(retired).toMatchObject({ id, vms: 1 });
  expect(retired.retiredAt).not.toBeNull();
  // Twice is once.
  expect(await api.admin.policies.retire({ policy: "leaving" })).toEqual(retired);
  expect((await api.admin.policies.list()).find((one) => one.id === id)?.retiredAt).toBe(retired.retiredAt);

  // The VM under it stays protected, also with other disks and other rules.
  await api.admin.protection.set({ vm: "shop-01", policy: "leaving", excludedDisks: [] });
  await api.admin.policies.update({ policy: id, expectedVersion: 1, document: nightly });
  expect((await api.admin.points.get({ point: pointId })).state).toBe("available");

  await api.admin.protection.set({ vm: "shop-01", policy: "other" });
  const back = { vm: "shop-01", policy: "leaving" };
  expect((await api.admin.protection.preview(back)).retired).toBe(true);
  expect(await errorOf(api.admin.protection.set(back))).toMatchObject({
    cause: { code: "CONFLICT", reason: "policy-retired" },
  });
  expect(await api.admin.policies.reinstate({ policy: "leaving" })).toMatchObject({
    retiredAt: null,
    vms: 0,
  });
  await api.admin.protection.set(back);
  expect((await kinds()).filter((kind) => /retired|reinstated/.test(kind))).toEqual([
    "policy.reinstated",
    "policy.retired",
  ]);
});

test("a VM whose protection was stopped does not return to a retired policy", async () => {
  await api.admin.policies.create({ name: "leaving", document: nightly });
  await api.admin.protection.set({ vm: "shop-01", policy: "leaving" });
  await api.admin.protection.stop({ vm: "shop-01" });
  expect(await api.admin.policies.retire({ policy: "leaving" })).toMatchObject({ vms: 0 });
  expect(await codeOf(api.admin.protection.set({ vm: "shop-01", policy: "leaving" }))).toBe("CONFLICT");
});

test("an assignment and a retirement at once: the VM is under the policy, or was refused", async () => {
  const { id } = await api.admin.policies.create({ name: "leaving", document: nightly });
  const [answer, retired] = await Promise.all([
    codeOf(api.admin.protection.set({ vm: "shop-01", policy: "leaving" })),
    api.admin.policies.retire({ policy: "leaving" }),
  ]);
  const { vmCount } = await api.admin.policies.get({ policy: id });
  expect([answer === "CONFLICT" ? 0 : 1, retired.vms]).toEqual([vmCount, vmCount]);
});

test("only who may write a policy renames or retires it", async () => {
  await api.owner.policies.create({ name: "theirs", team: "platform", document: nightly });
  await api.admin.policies.create({ name: "ours", document: nightly });
  const operator = await api.as("commerceOperator");
  expect(await codeOf(operator.policies.rename({ policy: "ours", name: "stolen" }))).toBe("FORBIDDEN");
  expect(await codeOf(operator.policies.retire({ policy: "ours" }))).toBe("FORBIDDEN");
  expect(await codeOf(api.admin.policies.rename({ policy: "theirs", name: "stolen" }))).toBe(
    "POLICY_NOT_FOUND",
  );
  expect(await codeOf(api.admin.policies.reinstate({ policy: "theirs" }))).toBe("POLICY_NOT_FOUND");
  // Offered to every team: read by all, changed by the organization's owners.
  expect(await codeOf(api.admin.policies.retire({ policy: "standard-daily" }))).toBe("FORBIDDEN");
});
