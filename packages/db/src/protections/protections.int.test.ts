import { type Actor, storedPolicyDocumentSchema } from "@kluis/domain";
import { expect, test } from "vitest";
import { addPolicy, addVm, freshWorld, vmFacts } from "../../test/fixtures.ts";
import { addPolicyVersion } from "../policies/write.ts";
import { databaseNow } from "../time.ts";
import { inTransaction } from "../tx.ts";
import { listRuleHistories } from "./rules.ts";
import { listDueSchedules } from "./schedule.ts";
import { getProtection, setProtection, stopProtection } from "./write.ts";

const world = freshWorld();

test("protection starts now, keeps its start when only its policy changes, and starts again after a stop", async () => {
  const { db } = world;
  const vmId = await addVm(db, world.clock);
  const [one, two] = [await addPolicy(db, world.clock, "one"), await addPolicy(db, world.clock, "two")];
  const start = world.clock.now();
  await inTransaction(db, (tx) =>
    setProtection(tx, { vmId, policyId: one.id, excludedDisks: [] }, world.clock),
  );
  world.clock.advance(1_000);
  const changed = await inTransaction(db, (tx) =>
    setProtection(tx, { vmId, policyId: two.id, excludedDisks: ["1"] }, world.clock),
  );
  expect(changed.before?.policyId).toBe(one.id);
  expect(changed.now).toMatchObject({
    policyId: two.id,
    excludedDisks: ["1"],
    since: start,
    scheduledThrough: start,
  });
  expect(await stopProtection(db.prisma, vmId, { at: world.clock.now() })).toBe(true);
  expect(await stopProtection(db.prisma, vmId, { at: world.clock.now() })).toBe(false);
  const due = () => listDueSchedules(db.prisma, { now: world.clock.now(), after: null, limit: 10 });
  expect(await due()).toEqual([]);
  world.clock.advance(1_000);
  await inTransaction(db, (tx) =>
    setProtection(tx, { vmId, policyId: one.id, excludedDisks: [] }, world.clock),
  );
  expect(await getProtection(db.prisma, vmId)).toMatchObject({
    state: "active",
    since: world.clock.now(),
    scheduledThrough: world.clock.now(),
    stoppedAt: null,
  });
  const [only, ...others] = await due();
  expect(others).toEqual([]);
  expect(only).toMatchObject({ vmId, vmName: "web-01", policyName: "one" });
  expect(only?.version()).toMatchObject({ version: 1 });
});

test("the rules of a VM are remembered: who put it under the policy, what held before, and later versions", async () => {
  const { db, clock } = world;
  const vmId = await addVm(db, clock, vmFacts("web-02"));
  const [one, two] = [await addPolicy(db, clock, "three"), await addPolicy(db, clock, "four")];
  const ada: Actor = { kind: "person", personId: "ada", name: "Ada", via: "session" };
  const put = (policyId: string, excludedDisks: string[] = []) =>
    inTransaction(db, (tx) => setProtection(tx, { vmId, policyId, excludedDisks, by: ada }, clock));
  const history = async (id: string) => (await listRuleHistories(db.prisma, [id])).get(id);
  const start = await databaseNow(db.prisma);
  const { now } = await put(one.id);
  const first = await history(now.id);
  expect(first).toMatchObject({ before: null, changes: [{ kind: "assignment", by: ada, version: 1 }] });
  // The times of points are the database's, and so are these.
  expect(first?.changes[0]?.at.getTime()).toBeGreaterThanOrEqual(start.getTime());
  clock.advance(1_000);
  await put(two.id);
  const assigned = (await history(now.id))?.changes[0]?.at;
  clock.advance(1_000);
  // Other disks are not other rules.
  await put(two.id, ["1"]);
  await inTransaction(db, async (tx) => {
    const current = await tx.policyVersion.findFirstOrThrow({ where: { policyId: two.id } });
    const document = storedPolicyDocumentSchema.parse(current.document);
    const next = { ...document, retention: { keepLast: 1 } };
    await addPolicyVersion(tx, { id: two.id, expectedVersion: 1, document: next, actor: ada }, clock);
  });
  const later = await history(now.id);
  expect(later?.before).not.toBeNull();
  expect(later?.changes).toMatchObject([
    { kind: "assignment", at: assigned, version: 1 },
    { kind: "edit", by: ada, version: 2, document: { retention: { keepLast: 1 } } },
  ]);
});
