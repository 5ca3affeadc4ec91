import { expect, test } from "vitest";
import { codeOf, errorOf, freshWorld, nightly } from "../../test/world.ts";

const api = freshWorld();

test("only the team sees its policy; an edit is a new version", async () => {
  const made = await api.admin.policies.create({ name: "shop-nightly", document: nightly });
  expect(await codeOf((await api.as("platformReader")).policies.get({ policy: "shop-nightly" }))).toBe(
    "POLICY_NOT_FOUND",
  );
  const next = { ...nightly, retention: { daily: 14 } };
  expect(
    await api.admin.policies.update({ policy: made.id, expectedVersion: 1, document: next }),
  ).toMatchObject({ version: 2 });
  const conflict = { policy: made.id, expectedVersion: 1, document: nightly };
  expect(await codeOf(api.admin.policies.update(conflict))).toBe("CONFLICT");
  const view = await api.admin.policies.get({ policy: "shop-nightly" });
  expect(view).toMatchObject({ currentVersion: 2, team: { name: "Commerce" }, can: { edit: true } });
  expect(view.versions.map((version) => version.version)).toEqual([2, 1]);
  expect(view.sentence).toContain("14 days");
  expect(await codeOf(api.admin.policies.create({ name: "shop-nightly", document: nightly }))).toBe(
    "CONFLICT",
  );
  expect(
    await codeOf(api.admin.policies.create({ name: "theirs", team: "platform", document: nightly })),
  ).toBe("NOT_FOUND");
});

test("the preview judges a VM's points with the rule that prunes them", async () => {
  const first = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(1));
  const second = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(2));
  const preview = await api.admin.policies.preview({
    document: { ...nightly, retention: { keepLast: 1 } },
    vm: "shop-01",
  });
  expect(preview.nextRuns).toHaveLength(10);
  expect(preview.nextRuns[0]?.local).toMatch(/01:00/);
  expect(preview.longestGapSeconds).toBe(86_400);
  const verdicts = new Map(preview.points.map((point) => [point.id, point.keep]));
  expect(verdicts).toEqual(
    new Map([
      [second, true],
      [first, false],
    ]),
  );
  expect(preview).toMatchObject({ removed: 1 });
  expect(preview.notes.join(" ")).toContain("1 recovery point");
});

test("the preview says how many backups the transfer window keeps from their deadline", async () => {
  const weekend = { from: "22:00", to: "04:00", days: [6, 7] };
  const preview = await api.admin.policies.preview({
    document: { ...nightly, transfer: { window: weekend } },
  });
  const found = preview.noteNotices.find(({ code }) => code === "policy-window-misses");
  expect(found?.params).toMatchObject({ runs: 10 });
  const wrong = { ...nightly, transfer: { window: { ...weekend, days: [] } } };
  expect(await codeOf(api.admin.policies.preview({ document: wrong }))).toBe("INPUT_INVALID");
});

test("a policy beyond Azure's limits is refused; one close to them says so", async () => {
  const hourly = {
    kind: "hourly",
    everyHours: 1,
    windowStart: "00:00",
    windowHours: 24,
    timeZone: "UTC",
  } as const;
  const impossible = { ...nightly, schedule: hourly, instantRestoreDays: 30 };
  const preview = await api.admin.policies.preview({ document: impossible });
  expect(preview.noteNotices[0]).toMatchObject({
    code: "policy-too-many-restore-points",
    params: { points: 722, days: 30, most: 500 },
  });
  const refused = await errorOf(api.admin.policies.create({ name: "hourly", document: impossible }));
  expect(refused).toMatchObject({ cause: { code: "INPUT_INVALID", reason: "policy-restore-points" } });
  const possible = { ...impossible, instantRestoreDays: 2 };
  const made = await api.admin.policies.create({ name: "hourly", document: possible });
  const edit = { policy: made.id, expectedVersion: 1, document: impossible };
  expect(await codeOf(api.admin.policies.update(edit))).toBe("INPUT_INVALID");
  const row = (await api.admin.policies.list()).find(({ name }) => name === "hourly");
  expect(row).toMatchObject({ currentVersion: 1, noteNotices: [{ code: "policy-short-interval" }] });
  expect(row?.notes[0]).toContain("180 minutes");
});

test("scripts that run as root need their own permission, and the ledger keeps their digests", async () => {
  const script = { text: "echo SECRET_IN_SCRIPT", parameters: [], retries: 0 };
  const rules = { timeoutSeconds: 60, continueOnFailure: true, fsFreeze: true };
  const linuxScripts = { from: "policy", pre: script, post: script, ...rules } as const;
  const document = { ...nightly, consistency: { ...nightly.consistency, linuxScripts } };
  const owner = await api.as("owner");
  expect(await codeOf(api.admin.policies.create({ name: "by-admin", document }))).toBe("FORBIDDEN");
  const made = await api.admin.policies.create({ name: "scripts", document: nightly });
  const edit = { policy: made.id, expectedVersion: 1, document };
  expect(await codeOf(api.admin.policies.update(edit))).toBe("FORBIDDEN");
  await owner.policies.update(edit);
  // The rest of the policy stays editable without it.
  const kept = { ...document, retention: { daily: 14 } };
  await api.admin.policies.update({ policy: made.id, expectedVersion: 2, document: kept });
  // Scripts that rest in a policy for crash-consistent points begin to run with its level.
  const resting = { ...document, consistency: { ...document.consistency, wanted: "crash" } as const };
  await api.admin.policies.update({ policy: made.id, expectedVersion: 3, document: resting });
  expect(await codeOf(api.admin.policies.update({ policy: made.id, expectedVersion: 4, document }))).toBe(
    "FORBIDDEN",
  );
  const own = {
    ...nightly,
    consistency: { ...nightly.consistency, linuxScripts: { from: "guest" } as const },
  };
  await api.admin.policies.create({ name: "own-scripts", document: own });
  const events = await api.world.api.db.prisma.ledgerEvent.findMany({
    where: { kind: "policy.changed" },
    select: { data: true },
  });
  expect(JSON.stringify(events)).not.toContain("SECRET_IN_SCRIPT");
  expect(JSON.stringify(events)).toContain("sha256");
});

/** Waits until the work has ended, or a statement of this database waits for a lock. */
async function untilHeldUp(work: Promise<unknown>): Promise<void> {
  const ended = work.then(() => true);
  for (let tries = 0; tries < 5_000; tries += 1) {
    const waiting = api.world.api.db.prisma.$queryRaw<unknown[]>`
      SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE NOT l.granted AND a.datname = current_database()`;
    if (await Promise.race([ended, waiting.then((rows) => rows.length > 0)])) return;
  }
  throw new Error("The work neither ended nor waited for a lock.");
}

test("scripts that are removed at the same moment are not put back by an edit of the version before", async () => {
  const script = { text: "exit 0", parameters: [], retries: 0 };
  const rules = { timeoutSeconds: 60, continueOnFailure: true, fsFreeze: true };
  const linuxScripts = { from: "policy", pre: script, post: script, ...rules } as const;
  const document = { ...nightly, consistency: { ...nightly.consistency, linuxScripts } };
  const made = await api.admin.policies.create({ name: "removed-scripts", document: nightly });
  await (await api.as("owner")).policies.update({ policy: made.id, expectedVersion: 1, document });
  const { pool } = api.world.api.db;
  const removing = await pool.connect();
  try {
    await removing.query("BEGIN");
    // The edit reads version 2, and writes after version 3.
    await removing.query(`LOCK TABLE "Policy" IN SHARE MODE`);
    await removing.query(`UPDATE "Policy" SET "currentVersion" = 3 WHERE id = $1`, [made.id]);
    await removing.query(
      `INSERT INTO "PolicyVersion" (id, "policyId", version, document, "createdBy")
      SELECT gen_random_uuid(), "policyId", 3, document #- '{consistency,linuxScripts}', "createdBy"
      FROM "PolicyVersion" WHERE "policyId" = $1 AND version = 2`,
      [made.id],
    );
    const edit = codeOf(api.admin.policies.update({ policy: made.id, expectedVersion: 3, document }));
    await untilHeldUp(edit);
    await removing.query("COMMIT");
    // It is compared with version 3, so that it adds scripts: that needs another right.
    expect(await edit).toBe("FORBIDDEN");
  } finally {
    removing.release();
  }
  const now = await api.admin.policies.get({ policy: made.id });
  expect(now).toMatchObject({ currentVersion: 3 });
  expect(now.document.consistency.linuxScripts).toBeUndefined();
});

test("invalid input names its fields", async () => {
  const error = await errorOf(
    api.admin.policies.create({
      name: "Bad Name",
      document: { ...nightly, schedule: { kind: "daily", times: [], timeZone: "Mars" } },
    }),
  );
  expect(error).toMatchObject({ cause: { code: "INPUT_INVALID" } });
  expect(String(error)).toContain("document.schedule.timeZone");
});

test("a version names each field that it changed, also before it is saved", async () => {
  const made = await api.admin.policies.create({ name: "changing", document: nightly });
  const next = {
    ...nightly,
    softDeleteDays: 3,
    verification: { mode: "sampled", nightly: { unit: "percent", amount: 10 } } as const,
    transfer: { window: null, bandwidth: 50 },
  };
  const fields = [
    "softDeleteDays",
    "verification.mode",
    "verification.nightly.unit",
    "verification.nightly.amount",
    "transfer.bandwidth",
  ];
  const preview = await api.admin.policies.preview({ document: next, policy: made.id });
  expect(preview.changes.map(({ field }) => field)).toEqual(fields);
  await api.admin.policies.update({ policy: made.id, expectedVersion: 1, document: next });
  const { versions } = await api.admin.policies.get({ policy: made.id });
  expect(versions.map(({ changes }) => changes.map(({ field }) => field))).toEqual([fields, []]);
  expect(versions[0]?.changes.at(-1)).toEqual({
    field: "transfer.bandwidth",
    before: null,
    after: 50,
    text: "Most MiB per second: 50; before: not set",
  });
});

test("a limit of bandwidth above that of the vault or the engines is named", async () => {
  const { prisma } = api.world.api.db;
  const document = { ...nightly, transfer: { window: null, bandwidth: 50 } };
  const codes = async () => {
    const { noteNotices } = await api.admin.policies.preview({ document });
    return noteNotices.map(({ code }) => code).filter((code) => code.startsWith("policy-bandwidth"));
  };
  expect(await codes()).toEqual([]);
  await prisma.vault.updateMany({ where: { isDefault: true }, data: { bandwidth: 20 } });
  await prisma.engineProcess.create({
    data: {
      id: "01890000-0000-7000-8000-00000000ba4d",
      lockKey: -99n,
      hostname: "engine",
      pid: 1,
      version: "1",
      bandwidth: 30,
    },
  });
  expect(await codes()).toEqual(["policy-bandwidth-above-vault", "policy-bandwidth-above-engines"]);
  await api.admin.policies.create({ name: "fast", document });
  const row = (await api.admin.policies.list()).find(({ name }) => name === "fast");
  expect(row?.notes[0]).toMatch(/^The limit of 50 MiB per second is never reached: vault .+ at most 20\.$/u);
});
