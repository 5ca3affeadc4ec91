/** Upkeep besides the jobs: the sweeper, discovery, and the anchor of the ledger. */

import { readFile } from "node:fs/promises";
import { type AzureConnection, grantWrite, startUploadDisk } from "@kluis/azure";
import { listAnchors, loadLedgerKey, newId, planResource } from "@kluis/db";
import { planRestoredDisk } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Engine } from "../src/engine.ts";
import { discover } from "../src/inventory/discover.ts";
import { anchorLedger } from "../src/upkeep/anchor.ts";
import { sweepAzure } from "../src/upkeep/sweep.ts";
import { orphanOf } from "./meanwhile.ts";
import { enhancedPolicy, GROUP, MIB, random, until, World } from "./world.ts";

let world: World;
let engine: Engine;
const soon = (): AbortSignal => AbortSignal.timeout(60_000);

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(async () => {
  await world.stop();
});

describe("the sweeper", () => {
  it("removes a restore point without an owner, and keeps those of recovery points", async () => {
    const image = await world.image("swept", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "swept", disks: [image], policy: enhancedPolicy });
    await world.backUp(vmId);
    const request = await orphanOf(world, engine, vmId);
    expect((await world.control.snapshots()).restorePoints).toHaveLength(2);
    await sweepAzure(engine.deps, { signal: soon() });
    expect((await world.control.snapshots()).restorePoints).toHaveLength(2);
    await sweepAzure(engine.deps, { signal: soon(), safetyMs: -60_000 });
    await world.reconciled();
    const left = (await world.control.snapshots()).restorePoints;
    expect(left).toHaveLength(1);
    expect(left[0]?.name).not.toContain(request.jobId);
    const removed = await world.db.prisma.ledgerEvent.findMany({ where: { kind: "azure-resource.removed" } });
    expect(removed).toHaveLength(1);
  });

  it("removes the others when one grant and one restore point cannot be removed", async () => {
    const image = await world.image("stuck", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "stuck", disks: [image], policy: enhancedPolicy });
    const [stuck, free] = [await orphanOf(world, engine, vmId), await orphanOf(world, engine, vmId)];
    // A grant in a subscription that no connection reads any more.
    const elsewhere =
      "/subscriptions/0000000e-0000-4000-8000-000000000000/resourcegroups/g/providers/microsoft.compute";
    const resourceId = `${elsewhere}/restorepointcollections/c/restorepoints/p/diskrestorepoints/d`;
    await planResource(
      world.db.prisma,
      { kind: "grant", resourceId, jobId: newId(), vmId: null },
      new Date(0),
    );
    await world.control.addFault({
      match: { operation: "restorePoints.delete", path: `.*${stuck.jobId}.*` },
      effect: { type: "fail", status: 409, code: "ScopeLocked" },
    });
    const stuckRow = () =>
      world.db.prisma.azureResource.findFirst({
        where: { kind: "restore-point", resourceId: { contains: stuck.jobId } },
      });
    await sweepAzure(engine.deps, { signal: soon(), safetyMs: -60_000 });
    await until("the refusal", 30_000, async () => ((await stuckRow())?.tries ?? 0) || null);
    expect(await stuckRow()).toMatchObject({ lastError: { code: "AZURE_FORBIDDEN", reason: "lock" } });
    await until("the removal of the other", 30_000, async () =>
      (await world.control.snapshots()).restorePoints.some(({ name }) => name.includes(free.jobId))
        ? null
        : true,
    );
    await world.control.clearFaults();
    await world.db.prisma.azureResource.deleteMany({ where: { resourceId } });
    await world.clock.advance({ minutes: 10 });
    await world.reconciled();
    expect(await stuckRow()).toMatchObject({ state: "removed", wanted: "removed" });
  });

  it("ends write access to the disk of an ended job, and forgets what Azure never made", async () => {
    const { prisma } = world.db;
    const { azure } = engine.deps;
    const jobId = newId();
    const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: GROUP, location: "westeurope" };
    const { disk } = planRestoredDisk({ sku: "Standard_LRS", facts: null }, {});
    const request = { ...place, name: "left", jobId, sizeBytes: 24 * MIB, installationId: "other", disk };
    const made = await until("the disk", 30_000, async () => {
      const poll = await startUploadDisk(azure, request, { signal: soon() });
      return poll.status === "done" ? poll.result : null;
    });
    await grantWrite(azure, made.diskId, { signal: soon() });
    const groupId = `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}/resourcegroups/${GROUP}/providers/microsoft.compute`;
    const rows = [
      { kind: "grant", resourceId: made.diskId.toLowerCase() },
      { kind: "disk", resourceId: `${groupId}/disks/never` },
      { kind: "restore-point", resourceId: `${groupId}/restorepointcollections/no/restorepoints/never` },
    ] as const;
    for (const row of rows) await planResource(prisma, { ...row, jobId, vmId: null }, new Date(0));
    await sweepAzure(engine.deps, { signal: soon() });
    await world.reconciled();
    expect(await prisma.azureResource.count({ where: { jobId, state: { not: "removed" } } })).toBe(0);
    expect(await world.owner().compute(CONTOSO_SUBSCRIPTION_ID).disks.get(GROUP, "left")).toMatchObject({
      diskState: "Unattached",
    });
  });

  it("records a removal once that takes Azure longer than one run", async () => {
    const image = await world.image("slow", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "slow", disks: [image], policy: enhancedPolicy });
    const { jobId } = await orphanOf(world, engine, vmId);
    await world.control.addFault({
      match: { operation: "work:restorePoints.delete" },
      effect: { type: "delay", ms: 1_000 },
      times: 1,
    });
    const sweep = () => sweepAzure(engine.deps, { signal: soon(), safetyMs: -60_000 });
    await sweep();
    await until("Azure's removal", 30_000, async () => {
      const { restorePoints } = await world.control.snapshots();
      return restorePoints.some(({ name }) => name.includes(jobId)) ? null : true;
    });
    await sweep();
    await world.reconciled();
    await sweep();
    const events = await world.db.prisma.ledgerEvent.findMany({ where: { kind: "azure-resource.removed" } });
    expect(events.filter(({ data }) => JSON.stringify(data).includes(jobId))).toHaveLength(1);
  });
});

describe("discovery", () => {
  it("treats a VM that was re-created under the same name as another VM", async () => {
    const image = await world.image("twin", 24 * MIB, [random(0, MIB)]);
    const make = () =>
      world.control.importVm({ vm: "twin", os: "linux", resourceGroup: GROUP, disks: [image] });
    await make();
    await discover(engine.deps, null, soon());
    await discover(engine.deps, null, soon());
    await world.control.deleteVm("twin");
    await make();
    await discover(engine.deps, null, soon());
    const rows = await world.db.prisma.virtualMachine.findMany({
      where: { name: "twin" },
      orderBy: { firstSeenAt: "asc" },
    });
    expect(rows.map(({ deletedAt }) => deletedAt === null)).toEqual([false, true]);
    await world.control.deleteVm("twin");
    await discover(engine.deps, null, soon());
    expect(await world.db.prisma.virtualMachine.count({ where: { name: "twin", deletedAt: null } })).toBe(0);
    const kinds = await world.db.prisma.ledgerEvent.findMany({
      where: { vmId: { in: rows.map(({ id }) => id) } },
      orderBy: { seq: "asc" },
      select: { kind: true },
    });
    expect(kinds.map(({ kind }) => kind)).toEqual([
      "vm.discovered",
      "vm.deleted",
      "vm.discovered",
      "vm.deleted",
    ]);
  });
});

describe("a VM that the role does not reach", () => {
  const alive = (name: string) => world.db.prisma.virtualMachine.count({ where: { name, deletedAt: null } });
  const subscription = () =>
    world.db.prisma.subscription.findUniqueOrThrow({ where: { id: CONTOSO_SUBSCRIPTION_ID } });
  const importVm = async (vm: string) => {
    const disks = [await world.image(vm, 24 * MIB, [random(0, MIB)])];
    await world.control.importVm({ vm, os: "linux", resourceGroup: GROUP, disks });
  };
  /** As for a role on some of the resource groups: the lists lack the VM, and a read is refused. */
  const hide = (name: string) =>
    world.db.prisma.virtualMachine.updateMany({
      where: { name },
      data: { resourceId: vmResourceId("other-rg", name), resourceGroup: "other-rg" },
    });
  const refuse = (path: string) =>
    world.control.addFault({
      match: { method: "GET", path },
      effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
    });
  const vmResourceId = (group: string, name: string) =>
    `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}/resourcegroups/${group}/providers/microsoft.compute/virtualmachines/${name}`;

  it("is not deleted because the lists lack it, while one that Azure does not know is", async () => {
    await importVm("hidden");
    await importVm("removed");
    await discover(engine.deps, null, soon());
    await hide("hidden");
    await world.control.deleteVm("hidden");
    await world.control.deleteVm("removed");
    await refuse("/virtualmachines/hidden$");
    await refuse("/virtualMachines/hidden$");
    await discover(engine.deps, null, soon());
    expect([await alive("hidden"), await alive("removed")]).toEqual([1, 0]);
    expect(await subscription()).toMatchObject({ readable: true, problem: { code: "AZURE_FORBIDDEN" } });
    await world.control.clearFaults();
    await discover(engine.deps, null, soon());
    expect(await alive("hidden")).toBe(0);
    expect(await subscription()).toMatchObject({ readable: true, problem: null });
  });

  it("by one of its disks stays, and the others are read", async () => {
    await importVm("part");
    await discover(engine.deps, null, soon());
    const before = await world.db.prisma.virtualMachine.findFirstOrThrow({ where: { name: "part" } });
    await importVm("later");
    await importVm("new");
    const empty = await world.control.addFault({
      match: { operation: "disks.get" },
      effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
    });
    const compute = engine.deps.azure.compute(CONTOSO_SUBSCRIPTION_ID);
    compute.pipeline.addPolicy(withoutListed("part-os", "new-os"));
    try {
      await discover(engine.deps, null, soon());
    } finally {
      compute.pipeline.removePolicy({ name: "withoutListed" });
      await world.control.clearFaults(empty.id);
    }
    expect([await alive("part"), await alive("later"), await alive("new")]).toEqual([1, 1, 1]);
    const fresh = () => world.db.prisma.virtualMachine.findFirstOrThrow({ where: { name: "new" } });
    expect((await fresh()).disks).toMatchObject([
      { key: "os", name: "new-os", unsupportedNotice: { code: "disk-not-readable" } },
    ]);
    const after = await world.db.prisma.virtualMachine.findFirstOrThrow({ where: { name: "part" } });
    expect(after.disks).toEqual(before.disks);
    expect(await subscription()).toMatchObject({ readable: true, problem: { code: "AZURE_FORBIDDEN" } });
    await discover(engine.deps, null, soon());
    expect(await subscription()).toMatchObject({ problem: null });
    expect((await fresh()).disks).toMatchObject([{ key: "os", bytes: 24 * MIB, unsupported: null }]);
  });

  it("or cannot be stored, ends no discovery", async () => {
    await importVm("odd");
    await importVm("even");
    const { prisma } = world.db;
    await prisma.$executeRaw`ALTER TABLE "VirtualMachine" ADD CONSTRAINT odd CHECK (name <> 'odd') NOT VALID`;
    await discover(engine.deps, null, soon());
    await prisma.$executeRaw`ALTER TABLE "VirtualMachine" DROP CONSTRAINT odd`;
    expect([await alive("odd"), await alive("even")]).toEqual([0, 1]);
    expect(await subscription()).toMatchObject({ readable: true, problem: { code: "INTERNAL" } });
    await discover(engine.deps, null, soon());
    expect(await alive("odd")).toBe(1);
    expect(await subscription()).toMatchObject({ problem: null });
  });
});

type PipelinePolicy = Parameters<ReturnType<AzureConnection["compute"]>["pipeline"]["addPolicy"]>[0];

/** Leaves disks out of the list of disks, as Azure does for those that the role does not reach. */
function withoutListed(...disks: readonly string[]): PipelinePolicy {
  return {
    name: "withoutListed",
    async sendRequest(request, next) {
      const response = await next(request);
      if (!new URL(request.url).pathname.endsWith("/disks")) return response;
      const { value, ...rest } = z
        .looseObject({ value: z.array(z.looseObject({ name: z.string() })) })
        .parse(JSON.parse(response.bodyAsText ?? "{}"));
      const left = value.filter(({ name }) => !disks.includes(name));
      return { ...response, bodyAsText: JSON.stringify({ ...rest, value: left }) };
    },
  };
}

describe("the ledger's anchor", () => {
  it("is signed and copied to the vault, but only after changes", async () => {
    const seq = await anchorLedger(engine.deps, soon());
    expect(seq).toBeGreaterThan(0);
    expect(await anchorLedger(engine.deps, soon())).toBeNull();
    const [anchor] = await listAnchors(world.db.prisma);
    expect(anchor?.seq).toBe(seq);
    const copy: unknown = JSON.parse(
      Buffer.from(
        await (await engine.deps.vaults.openDefault()).store.get(anchor?.vaultName ?? "", { signal: soon() }),
      ).toString(),
    );
    const key = loadLedgerKey(await readFile(world.engineEnv["KLUIS_LEDGER_KEY_FILE"] ?? "", "utf8"));
    expect(copy).toMatchObject({
      seq,
      digest: anchor?.digest,
      signature: anchor?.signature,
      publicKey: key.publicPem,
    });
  });
});
