/** Holds the JSON of every query: keys and values, with ids, times and digests replaced by placeholders. */
import { randomUUID } from "node:crypto";
import {
  createJob,
  inTransaction,
  newId,
  recordDamage,
  registerEngine,
  setPartHealth,
  storeReach,
  upsertSubscription,
} from "@kluis/db";
import { engineActor, type PolicyDocument, systemClock } from "@kluis/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { createCaller } from "../src/root.ts";
import { addVm, createWorld, subscriptionId, vmDisk, type World } from "../src/testing.ts";

const document: PolicyDocument = {
  schedule: { kind: "daily", times: ["01:00"], timeZone: "UTC" },
  retention: { keepLast: 1 },
  instantRestoreDays: 7,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
};
const info = {
  code: "AZURE_UNREACHABLE",
  reason: null,
  message: "Azure does not answer.",
  action: "Check the network.",
  params: { host: "management.azure.com" },
} as const;

let world: World;
let owner: ReturnType<typeof createCaller>;
let pointId: string;
let jobId: string;
let approvalId: string;
let damagedId: string;

beforeAll(async () => {
  world = await createWorld();
  owner = await world.as("owner");
  await addFleet();
  await owner.policies.create({ name: "keep-one", description: "One point.", team: "commerce", document });
  await addCommerce();
  await addPlatform();
  await owner.tokens.create({ name: "ci", permissions: ["backup:run"] });
});
afterAll(() => world[Symbol.asyncDispose]());

/** A VM of each status that shop-01 and ops-01 do not have. */
async function addFleet(): Promise<void> {
  const { db } = world.api;
  const problem = { ...info, action: null, params: {} };
  const row = { id: subscriptionId, tenantId: "t", name: "Demo", readable: true, seenAt: new Date(0) };
  await upsertSubscription(db.prisma, { ...row, problem }, new Date(0));
  // A subscription keeps the name that its connection gave it.
  await db.prisma.subscription.update({ where: { id: subscriptionId }, data: { name: "Demo" } });
  const disks = [
    vmDisk(),
    vmDisk({ key: "0", name: "data", unsupported: "Ultra disks cannot be backed up." }),
  ];
  await inTransaction(db, async (tx) => {
    const gone = await addVm(tx, { name: "gone-01", resourceGroup: "commerce-rg" });
    await tx.virtualMachine.update({ where: { id: gone }, data: { deletedAt: new Date() } });
    await addVm(tx, { name: "loose-01", resourceGroup: "commerce-rg", disks });
    await addVm(tx, { name: "late-01", resourceGroup: "platform-rg", disks });
    await addVm(tx, { name: "stopped-01", resourceGroup: "platform-rg", disks });
  });
}

/** shop-01 has points, a failed backup, and a backup under way with steps and disks. */
async function addCommerce(): Promise<void> {
  const { prisma } = world.api.db;
  // Before it has points: a policy that takes some needs a second person.
  const first = await owner.protection.set({ vm: "shop-01", policy: "keep-one" });
  await world.endJob(first.jobId ?? "", "succeeded");
  await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(1));
  pointId = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(2));
  const failed = await owner.backup.start({ vm: "shop-01" });
  await world.endJob(failed.jobId, info);
  const second = await owner.backup.start({ vm: "shop-01" });
  jobId = second.jobId;
  const step = { jobId, state: "done", message: "2 disks", startedAt: new Date(), endedAt: new Date() };
  await prisma.jobStep.create({ data: { ...step, id: newId(), name: "prepare", ordinal: 0 } });
  const disk = { jobId, diskKey: "os", name: "os-disk", resourceId: "/disks/os-disk", sku: "Premium_LRS" };
  const figures = { diskBytes: 100n, plannedBytes: 50n, readBytes: 60n, changedBytes: 9n, movedBytes: 8n };
  const jobDiskId = newId();
  await prisma.jobDisk.create({
    data: { ...disk, ...figures, id: jobDiskId, storedBytes: 7n, deltaMethod: "full", deltaReason: "First." },
  });
  await prisma.jobSegment.create({
    data: { id: newId(), jobDiskId, segment: 0, state: "done", extents: [] },
  });
  const verified = { lastVerifiedAt: new Date(), lastVerifyMode: "full", lastVerifyOk: true };
  await prisma.recoveryPoint.update({
    where: { id: pointId },
    data: { ...verified, tiers: ["daily"], expiresAt: new Date(), deadlineAt: new Date(), deadlineMet: true },
  });
  await owner.points.verify({ point: pointId });
  approvalId = (await owner.points.delete({ points: [pointId], reason: "old", ticket: "CHG-1" })).requested
    .id;
}

/** late-01 missed its backups, stopped-01 was protected once, ops-01 has a damaged point. */
async function addPlatform(): Promise<void> {
  const { prisma } = world.api.db;
  const late = await owner.protection.set({ vm: "late-01", policy: "standard-daily", excludedDisks: ["0"] });
  await world.endJob(late.jobId ?? "", "succeeded");
  const since = new Date(Date.now() - 5 * 86_400_000);
  const protection = await prisma.protection.update({
    where: { vmId: late.vm.id },
    data: { since, extensionReadyAt: since, guestChanges: { service: "VSS" } },
  });
  const { id: policyVersionId } = await prisma.policyVersion.findFirstOrThrow({
    where: { policyId: protection.policyId },
  });
  const occurrence = { protectionId: protection.id, policyVersionId, state: "missed", reason: "off" };
  await prisma.occurrence.create({ data: { ...occurrence, id: newId(), dueAt: since } });
  const stopped = await owner.protection.set({ vm: "stopped-01", policy: "enhanced-4h" });
  await world.endJob(stopped.jobId ?? "", "succeeded");
  await owner.protection.stop({ vm: "stopped-01" });
  const conditions = { tags: [{ name: "env", values: ["prod"] }], region: "westeurope" };
  await owner.rules.create({ team: "commerce", name: "prod", policy: "keep-one", conditions });
  const expiresAt = new Date(Date.now() + 30 * 86_400_000).toISOString();
  await owner.exclusions.add({ vm: "loose-01", reason: "a test machine", expiresAt });
  const damaged = await world.addPoint(world.platformVm, new Uint8Array(65536).fill(3));
  await addDamage(damaged);
  const deletion = { kind: "delete-point", vmId: world.platformVm, pointId: damaged } as const;
  const asked = { trigger: "manual", actor: engineActor, parameters: { reason: "old" } } as const;
  await inTransaction(world.api.db, (tx) => createJob(tx, { ...deletion, ...asked }, systemClock));
}

/** A pack of the vault that the point needs is missing. */
async function addDamage(point: string): Promise<void> {
  const object = `packs/ab/${"ab".repeat(16)}`;
  const { vaultId } = await world.api.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id: point } });
  const findings = [{ object, offset: -1, reason: "missing", problem: "it is missing" } as const];
  await inTransaction(world.api.db, (tx) =>
    recordDamage(tx, { vaultId, foundBy: "verification", findings, pointId: point }),
  );
  const { id } = await world.api.db.prisma.vaultDamage.findFirstOrThrow();
  const disks = [{ key: "os", bytes: 65_536, count: 1, ranges: [{ offset: 0, length: 65_536 }] }];
  await inTransaction(world.api.db, (tx) =>
    storeReach(tx, { pointId: point, examined: [id], needed: [id], disks }),
  );
  damagedId = point;
}

async function addEngine(): Promise<void> {
  const { prisma } = world.api.db;
  const now = new Date();
  const facts = { id: randomUUID(), hostname: "h", pid: 1, version: "0", workerIds: [] };
  await registerEngine(prisma, facts, { lockKey: -1n, now });
  await setPartHealth(prisma, { part: "vault", ok: true, code: null, message: "ok", checkedAt: now });
  const azure = { ok: false, code: "AZURE_UNREACHABLE", message: "Azure does not answer." };
  await setPartHealth(prisma, { ...azure, part: "azure", checkedAt: now });
}

/** The same JSON with everything replaced that differs between two runs. */
function normalised(answer: unknown): unknown {
  const text = JSON.stringify(answer)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<instant>")
    .replaceAll(/"\d{4}-\d\d-\d\d"/g, '"<day>"')
    .replaceAll(/"[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2} \d{4}, [^"]*"/g, '"<local time>"')
    .replaceAll(/"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4}, [^"]*"/g, '"<local time>"')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>")
    .replaceAll(/[0-9a-f]{64}/g, "<digest>")
    .replaceAll(/"(root|rootDigest|keyId)":"[^"]*"/g, '"$1":"<random>"')
    .replaceAll(/"bytesPerSecond":\d+/g, '"bytesPerSecond":0');
  return JSON.parse(text, (_key, value: unknown) => {
    if (Array.isArray(value)) return withoutRepeats(value);
    return isRecord(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Keeps one of several equal neighbors, so that thirty empty days take one line. */
function withoutRepeats(values: readonly unknown[]): unknown[] {
  return values.filter((value, at) => at === 0 || JSON.stringify(value) !== JSON.stringify(values[at - 1]));
}

const queries: Readonly<Record<string, () => Promise<unknown>>> = {
  "me.get": () => owner.me.get(),
  "me.get as a backup administrator": async () => (await world.as("commerceAdmin")).me.get(),
  "overview.get": () => owner.overview.get(),
  "vms.list": () => owner.vms.list({ sort: "status" }),
  "vms.list of deleted ones": () => owner.vms.list({ status: ["deleted"] }),
  "vms.get failing": () => owner.vms.get({ vm: "shop-01" }),
  "vms.get at risk": () => owner.vms.get({ vm: "late-01" }),
  "vms.get stopped": () => owner.vms.get({ vm: "stopped-01" }),
  "vms.get unprotected": () => owner.vms.get({ vm: "loose-01" }),
  "vms.get deleted": () => owner.vms.get({ vm: "gone-01" }),
  "approvals.list": () => owner.approvals.list(),
  "approvals.get": () => owner.approvals.get({ approval: approvalId }),
  "approvals.summary": () => owner.approvals.summary(),
  "vms.facets": () => owner.vms.facets(),
  "jobs.list": () => owner.jobs.list(),
  "jobs.get": () => owner.jobs.get({ job: jobId }),
  "points.list": () => owner.points.list(),
  "points.get": () => owner.points.get({ point: pointId }),
  "points.damage": () => owner.points.damage({ point: damagedId }),
  "vaults.damage": () => owner.vaults.damage({ vault: "main" }),
  "points.extents": () => owner.points.extents({ point: pointId, disk: "os" }),
  "policies.list": () => owner.policies.list(),
  "policies.get": () => owner.policies.get({ policy: "keep-one" }),
  "rules.list": () => owner.rules.list(),
  "rules.get": () => owner.rules.get({ rule: "prod" }),
  "rules.preview": () => owner.rules.preview({ rule: "prod" }),
  "rules.ofVm": () => owner.rules.ofVm({ vm: "loose-01" }),
  "exclusions.list": () => owner.exclusions.list({}),
  "policies.offers": () => owner.policies.offers(),
  "policies.preview": () => owner.policies.preview({ document, vm: "shop-01" }),
  "restores.plan": () => owner.restores.plan({ point: pointId, disk: "os", name: "shop-back" }),
  "reports.points": () => owner.reports.points(),
  "audit.list": () => owner.audit.list(),
  "audit.verify": () => owner.audit.verify(),
  "tokens.list": () => owner.tokens.list(),
  "teams.list": () => owner.teams.list(),
  "settings.health without an engine": () => owner.settings.health(),
  "settings.health": async () => {
    await addEngine();
    return owner.settings.health();
  },
};

test("the JSON of every query is as before", async () => {
  const answers: Record<string, unknown> = {};
  for (const [name, ask] of Object.entries(queries)) answers[name] = normalised(await ask());
  await expect(JSON.stringify(answers, null, 1)).toMatchFileSnapshot("contract.snap");
});
