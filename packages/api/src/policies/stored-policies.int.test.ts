import { expect, test } from "vitest";
import { codeOf, freshWorld, nightly } from "../../test/world.ts";

const api = freshWorld();
const prisma = () => api.world.api.db.prisma;

test.each(["IST", "BST", "JST", "No/Where"])(
  "the zone %s, in which nothing can be planned, is refused",
  async (timeZone) => {
    const document = { ...nightly, schedule: { ...nightly.schedule, timeZone } };
    expect(await codeOf(api.admin.policies.preview({ document }))).toBe("INPUT_INVALID");
    expect(await codeOf(api.admin.policies.create({ name: "zones", document }))).toBe("INPUT_INVALID");
  },
);

test("a stored policy with an unknown zone shows why, is repaired by a save, and hides no other", async () => {
  const bad = await api.admin.policies.create({ name: "old-zone", document: nightly });
  const other = await api.admin.policies.create({ name: "good-zone", document: nightly });
  await prisma().policyVersion.updateMany({
    where: { policyId: bad.id },
    data: { document: { ...nightly, schedule: { ...nightly.schedule, timeZone: "IST" } } },
  });
  const rows = await api.admin.policies.list();
  expect(rows.find(({ id }) => id === bad.id)).toMatchObject({
    nextRunAt: null,
    noteNotices: [{ code: "policy-unknown-zone", params: { zone: "IST" } }],
  });
  expect(rows.find(({ id }) => id === other.id)?.nextRunAt).toBeTruthy();
  await api.admin.protection.set({ vm: "shop-01", policy: "old-zone" });
  expect(await api.admin.vms.get({ vm: "shop-01" })).toMatchObject({ protection: { nextRunAt: null } });
  expect((await api.admin.policies.preview({ document: nightly, policy: bad.id })).nextRuns).toHaveLength(10);
  await api.admin.policies.update({ policy: bad.id, expectedVersion: 1, document: nightly });
  const repaired = (await api.admin.policies.list()).find(({ id }) => id === bad.id);
  expect(repaired?.nextRunAt).toBeTruthy();
});

test("a stored policy that cannot be read hides no other", async () => {
  const bad = await api.admin.policies.create({ name: "unreadable", document: nightly });
  await api.admin.policies.create({ name: "good-zone", document: nightly });
  const where = { policyId: bad.id };
  await prisma().policyVersion.updateMany({ where, data: { document: { schedule: "of another version" } } });
  const names = (await api.admin.policies.list()).map(({ name }) => name);
  expect(names).toContain("good-zone");
  expect(names).not.toContain("unreadable");
});

test("texts that the database cannot store are refused", async () => {
  const policy = { name: "texts", document: nightly, description: "NUL \u0000" };
  expect(await codeOf(api.admin.policies.create(policy))).toBe("INPUT_INVALID");
  await api.admin.policies.create({ ...policy, description: "Line 1\nLine 2" });
});

test.each(["0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:00:00Z"])(
  "the time %s is refused",
  async (from) => {
    expect(await codeOf((await api.as("owner")).audit.list({ from }))).toBe("INPUT_INVALID");
  },
);
