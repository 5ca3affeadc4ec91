import { randomUUID } from "node:crypto";
import { engineActor, notice, type TeamReach, tagEntry } from "@kluis/domain";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  beatEngine,
  endEngine,
  holdEngineLock,
  listEngines,
  reapDeadEngines,
  registerEngine,
} from "../src/engines/work.ts";
import { listPartHealth, setPartHealth } from "../src/health/health.ts";
import { ensureInstallation } from "../src/installation/write.ts";
import { createJob, openBackupJob } from "../src/jobs/write.ts";
import { recordOccurrence } from "../src/occurrences/work.ts";
import { chunkIndex } from "../src/packs/chunk-index.ts";
import { condemnPacks, listSweepablePacks, reprievePacks, vaultFigures } from "../src/packs/work.ts";
import { upsertPerson } from "../src/people/write.ts";
import {
  addPolicyVersion,
  createPolicy,
  listPolicies,
  listPolicyVersions,
  requirePolicy,
} from "../src/policies/write.ts";
import {
  advanceSchedule,
  getProtection,
  listScheduledProtections,
  lockSchedule,
  setProtection,
  stopProtection,
} from "../src/protections/write.ts";
import { createSession, findSession, revokeSession } from "../src/sessions/write.ts";
import { listSubscriptions, upsertSubscription } from "../src/subscriptions/write.ts";
import { assignRole, ensureTeam, readAccess } from "../src/teams/write.ts";
import { createTestDatabase, type TestDatabase } from "../src/testing.ts";
import { createToken, findToken, listTokens, revokeToken, touchToken } from "../src/tokens/write.ts";
import { inTransaction } from "../src/tx.ts";
import { ensureVault } from "../src/vaults/write.ts";
import { getVm, markUnseenVms, upsertVm } from "../src/vms/write.ts";
import { chainsEqual } from "./chains.ts";
import { addPolicy, addVm, nightly, person, TestClock, vmFacts } from "./fixtures.ts";

let database: TestDatabase;
let clock: TestClock;
beforeEach(async () => {
  database = await createTestDatabase();
  clock = new TestClock();
});
afterEach(() => database.drop());

test("the installation's id is made once, by whoever is first", async () => {
  const ids = await Promise.all([1, 2, 3].map(() => ensureInstallation(database.db, clock)));
  expect(new Set(ids).size).toBe(1);
  expect(await chainsEqual(database.db, ["installation.created"])).toBe(true);
});

test("a VM is discovered once, changed when it changed, and another VM when Azure says so", async () => {
  const { db } = database;
  const both = await Promise.all(
    [1, 2].map(() => inTransaction(db, (tx) => upsertVm(tx, vmFacts("web-01"), clock))),
  );
  expect(both.map((one) => one.change).toSorted()).toEqual(["discovered", "unchanged"]);
  const id = both[0]?.id ?? "";

  clock.advance(60_000);
  const off = await inTransaction(db, (tx) =>
    upsertVm(tx, vmFacts("web-01", { powerState: "deallocated" }), clock),
  );
  expect(off).toMatchObject({ id, change: "unchanged" });
  expect(await getVm(db.prisma, id)).toMatchObject({
    powerState: "deallocated",
    resourceGroup: "commerce-rg",
    subscriptionId: "sub-1",
    tags: { CostCenter: "42" },
    lastSeenAt: clock.now(),
  });
  const bigger = await inTransaction(db, (tx) =>
    upsertVm(tx, vmFacts("web-01", { size: "Standard_D4s" }), clock),
  );
  expect(bigger).toMatchObject({ id, change: "changed" });

  const again = await inTransaction(db, (tx) =>
    upsertVm(tx, vmFacts("web-01", { azureVmId: "azure-other" }), clock),
  );
  expect(again.change).toBe("discovered");
  expect(again.id).not.toBe(id);
  expect((await getVm(db.prisma, id))?.deletedAt).toEqual(clock.now());
});

test("what a discovery does not see is marked deleted, in its own subscription only, and comes back", async () => {
  const { db } = database;
  const seen = await addVm(db, clock, vmFacts("seen"));
  const gone = await addVm(db, clock, vmFacts("gone"));
  const elsewhere = await addVm(db, clock, vmFacts("far", { subscriptionId: "sub-2" }));
  clock.advance(1_000);
  const since = clock.now();
  // Made after this discovery had listed the VMs, and found by another one already.
  const young = await addVm(db, clock, vmFacts("young"));
  const marked = await inTransaction(db, (tx) =>
    markUnseenVms(tx, { subscriptionId: "SUB-1", ids: [seen], since }, clock.now()),
  );
  expect(marked.map((vm) => vm.id)).toEqual([gone]);
  expect((await getVm(db.prisma, young))?.deletedAt).toBeNull();
  expect((await getVm(db.prisma, elsewhere))?.deletedAt).toBeNull();
  const back = await inTransaction(db, (tx) => upsertVm(tx, vmFacts("gone"), clock));
  expect(back).toMatchObject({ id: gone, change: "changed" });
  expect((await getVm(db.prisma, gone))?.deletedAt).toBeNull();
});

test("access follows roles held directly and by group, and nothing else", async () => {
  const { db } = database;
  const reach: TeamReach = { kind: "resource-group", subscriptionId: "SUB-1", resourceGroup: "Commerce-RG" };
  const access = await inTransaction(db, async (tx) => {
    const team = await ensureTeam(tx, { slug: "commerce", name: "Commerce", reach: [reach] }, clock);
    expect(await ensureTeam(tx, { slug: "commerce", name: "Other", reach: [] }, clock)).toEqual({
      id: team.id,
      created: false,
    });
    const one = await upsertPerson(
      tx,
      { tenantId: "t", objectId: "o", name: "Omar", username: "omar@x", groupIds: ["g1"] },
      clock,
    );
    const holding = { role: "operator", teamId: team.id, holder: { groupId: "g1" } } as const;
    expect(await assignRole(tx, holding, clock)).toBe(true);
    expect(await assignRole(tx, holding, clock)).toBe(false);
    await assignRole(tx, { role: "owner", teamId: null, holder: { groupId: "g2" } }, clock);
    await assignRole(tx, { role: "auditor", teamId: null, holder: { personId: one.id } }, clock);
    return readAccess(tx, one);
  });
  expect(access.roles.map((held) => held.role).toSorted()).toEqual(["auditor", "operator"]);
  expect(access.teams.map((team) => team.reach)).toEqual([
    [{ kind: "resource-group", subscriptionId: "sub-1", resourceGroup: "commerce-rg" }],
  ]);
});

test("the database refuses roles and scopes that cannot be", async () => {
  const { prisma } = database.db;
  const role = (data: { role: string; groupId?: string; personId?: string }) =>
    prisma.roleAssignment.create({ data: { id: randomUUID(), ...data } });
  await expect(role({ role: "operator", groupId: "g" })).rejects.toThrow("RoleAssignment_organisation_roles");
  await expect(role({ role: "boss", groupId: "g" })).rejects.toThrow("RoleAssignment");
  await expect(role({ role: "owner" })).rejects.toThrow("RoleAssignment_holder");
});

test("sessions and tokens are found by hash, and revoked once", async () => {
  const { db } = database;
  const hash = new Uint8Array(32).fill(7);
  const who = await upsertPerson(
    db.prisma,
    { tenantId: "t", objectId: "o", name: "Ada", username: "ada@x", groupIds: [] },
    clock,
  );
  const expiresAt = new Date(clock.now().getTime() + 1_000);
  const session = await createSession(db.prisma, { personId: who.id, tokenHash: hash, expiresAt }, clock);
  expect(await findSession(db.prisma, hash)).toEqual(session);
  expect(await findSession(db.prisma, new Uint8Array(32))).toBeNull();
  expect(await revokeSession(db.prisma, session.id, clock.now())).toBe(true);
  expect(await revokeSession(db.prisma, session.id, clock.now())).toBe(false);

  const token = await createToken(
    db.prisma,
    { name: "ci", personId: who.id, tokenHash: hash, permissions: ["backup:run"], expiresAt: null },
    clock,
  );
  expect(await findToken(db.prisma, hash)).toEqual(token);
  await touchToken(db.prisma, token.id, clock.now());
  const used = clock.now();
  clock.advance(5_000);
  await touchToken(db.prisma, token.id, clock.now());
  expect((await listTokens(db.prisma, who.id))[0]?.lastUsedAt).toEqual(used);
  expect(await revokeToken(db.prisma, { id: token.id, personId: randomUUID() }, clock.now())).toBeNull();
  expect((await revokeToken(db.prisma, { id: token.id, personId: who.id }, clock.now()))?.revokedAt).toEqual(
    clock.now(),
  );
});

test("policies have versions; an edit of an old version is refused", async () => {
  const { db } = database;
  const policy = await addPolicy(db, clock);
  await expect(addPolicy(db, clock)).rejects.toMatchObject({ code: "CONFLICT" });
  const document = { ...nightly, retention: { daily: 7 } };
  const edit = { id: policy.id, expectedVersion: 1, document, actor: person };
  const edits = await Promise.allSettled(
    [1, 2].map(() => inTransaction(db, (tx) => addPolicyVersion(tx, edit, clock))),
  );
  expect(edits.map((one) => one.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect((await listPolicyVersions(db.prisma, policy.id)).map((one) => one.version)).toEqual([2, 1]);
  const now = await requirePolicy(db.prisma, "nightly", { teamIds: [] });
  expect(now.current).toMatchObject({ version: 2, document, createdBy: person });
  await expect(requirePolicy(db.prisma, "none", "all")).rejects.toMatchObject({ code: "POLICY_NOT_FOUND" });
});

test("a team's policy is out of sight for others", async () => {
  const { db } = database;
  const { id: teamId } = await ensureTeam(db.prisma, { slug: "a", name: "A", reach: [] }, clock);
  await addPolicy(db, clock, "shared");
  const own = { name: "own", description: "", teamId, document: nightly, actor: person };
  await inTransaction(db, (tx) => createPolicy(tx, own, clock));
  const names = async (teamIds: string[]): Promise<string[]> =>
    (await listPolicies(db.prisma, { teamIds })).map((policy) => policy.name);
  expect(await names([teamId])).toEqual(["own", "shared"]);
  expect(await names([])).toEqual(["shared"]);
  await expect(requirePolicy(db.prisma, "own", { teamIds: [] })).rejects.toMatchObject({
    code: "POLICY_NOT_FOUND",
  });
});

test("protection begins now, keeps its start when only its policy changes, and begins again after a stop", async () => {
  const { db } = database;
  const vmId = await addVm(db, clock);
  const [one, two] = [await addPolicy(db, clock, "one"), await addPolicy(db, clock, "two")];
  const start = clock.now();
  await inTransaction(db, (tx) => setProtection(tx, { vmId, policyId: one.id, excludedDisks: [] }, clock));
  clock.advance(1_000);
  const changed = await inTransaction(db, (tx) =>
    setProtection(tx, { vmId, policyId: two.id, excludedDisks: ["1"] }, clock),
  );
  expect(changed.before?.policyId).toBe(one.id);
  expect(changed.now).toMatchObject({
    policyId: two.id,
    excludedDisks: ["1"],
    since: start,
    scheduledThrough: start,
  });
  expect(await stopProtection(db.prisma, vmId, clock.now())).toBe(true);
  expect(await stopProtection(db.prisma, vmId, clock.now())).toBe(false);
  expect(await listScheduledProtections(db.prisma)).toEqual([]);
  clock.advance(1_000);
  await inTransaction(db, (tx) => setProtection(tx, { vmId, policyId: one.id, excludedDisks: [] }, clock));
  expect(await getProtection(db.prisma, vmId)).toMatchObject({
    state: "active",
    since: clock.now(),
    scheduledThrough: clock.now(),
    stoppedAt: null,
  });
  expect(await listScheduledProtections(db.prisma)).toMatchObject([
    { vmId, vmName: "web-01", policyName: "one", version: { version: 1 }, openJobId: null },
  ]);
});

test("two schedulers: an occurrence is recorded once, and the other waits and learns it", async () => {
  const { db } = database;
  const vmId = await addVm(db, clock);
  const policy = await addPolicy(db, clock);
  const { now: protection } = await inTransaction(db, (tx) =>
    setProtection(tx, { vmId, policyId: policy.id, excludedDisks: [] }, clock),
  );
  const due = new Date("2026-05-01T01:00:00Z");
  const tick = (): Promise<string | null> =>
    inTransaction(db, async (tx) => {
      const through = await lockSchedule(tx, protection.id);
      if (through === null || through >= due) return null;
      const jobId = await createJob(
        tx,
        { kind: "backup", vmId, policyVersionId: policy.current.id, trigger: "schedule", actor: engineActor },
        clock,
      );
      const occurrence = { protectionId: protection.id, dueAt: due, policyVersionId: policy.current.id };
      expect(
        await recordOccurrence(tx, { ...occurrence, state: "started", notice: null, jobId }, clock),
      ).toBe(true);
      expect(
        await recordOccurrence(
          tx,
          { ...occurrence, state: "missed", notice: notice("occurrence-missed", {}), jobId: null },
          clock,
        ),
      ).toBe(false);
      await advanceSchedule(tx, protection.id, due);
      return jobId;
    });
  const started = (await Promise.all([tick(), tick(), tick(), tick()])).filter((id) => id !== null);
  expect(started).toHaveLength(1);
  expect(await db.prisma.occurrence.count()).toBe(1);
  expect(await db.prisma.job.count()).toBe(1);
  await advanceSchedule(db.prisma, protection.id, new Date("2026-01-01T00:00:00Z"));
  expect((await getProtection(db.prisma, vmId))?.scheduledThrough).toEqual(due);
});

test("one backup of a VM at a time, whoever asks", async () => {
  const { db } = database;
  const vmId = await addVm(db, clock);
  const job = { kind: "backup", vmId, trigger: "manual", actor: person } as const;
  const asked = await Promise.allSettled(
    [1, 2, 3].map(() => inTransaction(db, (tx) => createJob(tx, job, clock))),
  );
  const refused = asked.flatMap((one): unknown[] => (one.status === "rejected" ? [one.reason] : []));
  expect(refused).toHaveLength(2);
  for (const reason of refused) expect(reason).toMatchObject({ code: "JOB_ALREADY_RUNNING" });
  const open = await inTransaction(db, (tx) => openBackupJob(tx, vmId));
  expect(open).not.toBeNull();
  await db.prisma.job.updateMany({ data: { state: "succeeded", endedAt: clock.now() } });
  await inTransaction(db, (tx) => createJob(tx, job, clock));
  expect(await db.prisma.job.count()).toBe(2);
});

test("an engine whose lock is free is dead; one that lives is left alone", async () => {
  const { db } = database;
  const facts = (id: string) => ({ id, hostname: "h", pid: 1, version: "0", workerIds: [`worker-${id}`] });
  const alive = await holdEngineLock(db);
  const dying = await holdEngineLock(db);
  const [aliveId, deadId] = [randomUUID(), randomUUID()];
  await registerEngine(db.prisma, facts(aliveId), { lockKey: alive.lockKey, now: clock.now() });
  await registerEngine(db.prisma, facts(deadId), { lockKey: dying.lockKey, now: clock.now() });
  expect(await reapDeadEngines(db, clock.now())).toEqual([]);
  await dying.release();
  clock.advance(1_000);
  await beatEngine(db.prisma, aliveId, { now: clock.now(), workerIds: ["w2"] });
  expect((await reapDeadEngines(db, clock.now())).map((engine) => engine.id)).toEqual([deadId]);
  expect(await reapDeadEngines(db, clock.now())).toEqual([]);
  expect(await listEngines(db.prisma)).toMatchObject([
    { id: aliveId, heartbeatAt: clock.now(), workerIds: ["w2"] },
  ]);
  await endEngine(db.prisma, aliveId, clock.now());
  expect(await listEngines(db.prisma)).toEqual([]);
  await alive.release();
  expect(alive.lost.aborted).toBe(false);
});

test("an engine learns that the connection with its lock was cut", async () => {
  const { db } = database;
  const lock = await holdEngineLock(db);
  await db.pool.query(
    `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.pid <> pg_backend_pid()`,
  );
  await expect.poll(() => lock.lost.aborted).toBe(true);
  await lock.release();
});

test("health and subscriptions are told as last seen", async () => {
  const { prisma } = database.db;
  const error = {
    code: "AZURE_UNREACHABLE",
    reason: null,
    message: "away",
    action: null,
    params: {},
  } as const;
  const at = { part: "azure", checkedAt: clock.now() };
  const row = { ...at, ok: false, code: error.code, message: "away", notice: null, error };
  await setPartHealth(prisma, {
    ...at,
    ok: true,
    code: null,
    message: "ok",
    notice: notice("azure-healthy", {}),
  });
  await setPartHealth(prisma, row);
  expect(await listPartHealth(prisma)).toEqual([row]);
  const subscription = {
    id: "SUB-1",
    tenantId: "t",
    name: "Demo",
    readable: true,
    problem: null,
    seenAt: clock.now(),
  };
  await upsertSubscription(prisma, subscription);
  const problem = { code: "AZURE_FORBIDDEN", reason: null, message: "no", action: null, params: {} } as const;
  await upsertSubscription(prisma, { ...subscription, readable: false, problem, seenAt: null });
  expect(await listSubscriptions(prisma)).toEqual([
    { ...subscription, id: "sub-1", readable: false, problem, seenAt: clock.now() },
  ]);
});

test("the chunk index: first place wins, condemned packs are skipped and give way", async () => {
  const { db } = database;
  const vaultId = randomUUID();
  const index = chunkIndex(db, { vaultId });
  const id = (text: string): string => text.repeat(48 / text.length);
  const entry = (chunk: string, offset: number) => ({ id: chunk, offset, length: 10, plainLength: 20 });
  await index.add({ pack: "p1", bytes: 100 }, [entry(id("a"), 0), entry(id("b"), 10)]);
  await index.add({ pack: "p1", bytes: 100 }, [entry(id("a"), 0), entry(id("b"), 10)]);
  await index.add({ pack: "p2", bytes: 100 }, [entry(id("b"), 70), entry(id("c"), 80)]);
  expect(await index.lookup([id("a"), id("b"), id("c"), id("d")])).toEqual(
    new Map([
      [id("a"), { pack: "p1", offset: 0, length: 10 }],
      [id("b"), { pack: "p1", offset: 10, length: 10 }],
      [id("c"), { pack: "p2", offset: 80, length: 10 }],
    ]),
  );
  await condemnPacks(
    db.prisma,
    {
      vaultId,
      packs: [
        { packId: "p1", bytes: 100 },
        { packId: "orphan", bytes: 7 },
      ],
    },
    clock.now(),
  );
  expect([...(await index.lookup([id("a"), id("b"), id("c")])).keys()]).toEqual([id("c")]);
  await index.add({ pack: "p3", bytes: 100 }, [entry(id("b"), 5)]);
  expect((await index.lookup([id("b")])).get(id("b"))?.pack).toBe("p3");
  expect(await vaultFigures(db.prisma, vaultId)).toEqual({
    packs: 4,
    bytes: 307,
    condemnedBytes: 107,
    chunks: 3,
  });
  await reprievePacks(db.prisma, vaultId, ["p1"]);
  expect([...(await index.lookup([id("a")])).keys()]).toEqual([id("a")]);
  await index.removePacks(["p1"]);
  expect([...(await index.lookup([id("a"), id("b")])).keys()]).toEqual([id("b")]);
  expect(await chunkIndex(db, { vaultId: randomUUID() }).lookup([id("c")])).toEqual(new Map());
});

test("many writers of the same chunks in other orders do not lock each other out", async () => {
  const { db } = database;
  const index = chunkIndex(db, { vaultId: randomUUID() });
  const ids = Array.from({ length: 300 }, (_, number) => number.toString(16).padStart(48, "0"));
  const entries = ids.map((id, number) => ({ id, offset: number, length: 1, plainLength: 1 }));
  await Promise.all(
    Array.from({ length: 6 }, (_, writer) =>
      index.add({ pack: `p${writer}`, bytes: 1 }, writer % 2 ? entries : entries.toReversed()),
    ),
  );
  expect((await index.lookup(ids)).size).toBe(300);
});

test("a condemned pack is swept only when every job that was open then has ended", async () => {
  const { db } = database;
  const vaultId = randomUUID();
  const vmId = await addVm(db, clock);
  await inTransaction(db, (tx) =>
    createJob(tx, { kind: "backup", vmId, trigger: "manual", actor: person }, clock),
  );
  clock.advance(60_000);
  await condemnPacks(db.prisma, { vaultId, packs: [{ packId: "p", bytes: 1 }] }, clock.now());
  clock.advance(60_000);
  const sweepable = async (): Promise<string[]> =>
    (await listSweepablePacks(db.prisma, vaultId, clock.now())).map((pack) => pack.packId);
  expect(await sweepable()).toEqual([]);
  await db.prisma.job.updateMany({ data: { state: "failed", endedAt: clock.now() } });
  await inTransaction(db, (tx) =>
    createJob(tx, { kind: "backup", vmId, trigger: "manual", actor: person }, clock),
  );
  expect(await sweepable()).toEqual(["p"]);
  expect(await listSweepablePacks(db.prisma, vaultId, new Date("2026-05-01T00:00:30Z"))).toEqual([]);
});

test("a vault's name stands for one vault", async () => {
  const { prisma } = database.db;
  const vault = {
    id: randomUUID(),
    name: "main",
    kind: "folder",
    address: "/a",
    keyId: "k",
    createdAt: clock.now(),
  };
  expect(await ensureVault(prisma, vault)).toBe(true);
  expect(await ensureVault(prisma, { ...vault, address: "/b" })).toBe(false);
  await expect(ensureVault(prisma, { ...vault, id: randomUUID() })).rejects.toMatchObject({
    code: "CONFLICT",
  });
});

test("tags are indexed without regard to the case of their names", () => {
  expect(tagEntry("CostCenter", "A=b")).toBe("costcenter=A=b");
});
