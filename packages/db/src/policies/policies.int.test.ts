import { expect, test } from "vitest";
import { addPolicy, freshWorld, nightly, person } from "../../test/fixtures.ts";
import { ensureTeam } from "../teams/write.ts";
import { inTransaction } from "../tx.ts";
import { listPolicies, listPolicyVersions, requirePolicy } from "./read.ts";
import { addPolicyVersion, createPolicy } from "./write.ts";

const world = freshWorld();

test("policies have versions; an edit of an old version is refused", async () => {
  const { db } = world;
  const policy = await addPolicy(db, world.clock);
  await expect(addPolicy(db, world.clock)).rejects.toMatchObject({ code: "CONFLICT" });
  const document = { ...nightly, retention: { daily: 7 } };
  const edit = { id: policy.id, expectedVersion: 1, document, actor: person };
  const edits = await Promise.allSettled(
    [1, 2].map(() => inTransaction(db, (tx) => addPolicyVersion(tx, edit, world.clock))),
  );
  expect(edits.map((one) => one.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect((await listPolicyVersions(db.prisma, policy.id)).map((one) => one.version)).toEqual([2, 1]);
  const now = await requirePolicy(db.prisma, "nightly", { teamIds: [] });
  expect(now.current).toMatchObject({ version: 2, document, createdBy: person });
  await expect(requirePolicy(db.prisma, "none", "all")).rejects.toMatchObject({ code: "POLICY_NOT_FOUND" });
});

test("other teams do not see a team's policy", async () => {
  const { db } = world;
  const { id: teamId } = await ensureTeam(db.prisma, { slug: "a", name: "A", reach: [] }, world.clock);
  await addPolicy(db, world.clock, "shared");
  const own = { name: "own", description: "", teamId, document: nightly, actor: person };
  await inTransaction(db, (tx) => createPolicy(tx, own, world.clock));
  const names = async (teamIds: string[]): Promise<string[]> =>
    (await listPolicies(db.prisma, { teamIds })).map((policy) => policy.name);
  expect(await names([teamId])).toEqual(["own", "shared"]);
  expect(await names([])).toEqual(["shared"]);
  await expect(requirePolicy(db.prisma, "own", { teamIds: [] })).rejects.toMatchObject({
    code: "POLICY_NOT_FOUND",
  });
});
