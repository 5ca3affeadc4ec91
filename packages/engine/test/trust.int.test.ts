/** Azure's lists of changed ranges: confirmed by comparison at first, turned off when one is wrong, and planned in parts. */
import { allowLists, inTransaction, listDiskTrust } from "@kluis/db";
import { engineActor } from "@kluis/domain";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { enhancedPolicy, MIB, type PointRow, random, until, World } from "./world.ts";

const BLOCK = 65_536;
const GIB = 1024 * MIB;
let world: World;

beforeAll(async () => {
  world = await World.start();
  await world.startEngine();
});
afterEach(() => world.control.clearFaults());
afterAll(() => world.stop());

/** Changes the disk, leaves `omit` out of Azure's next list, and backs up. */
async function delta(
  name: string,
  vmId: string,
  { at, omit }: { readonly at: readonly number[]; readonly omit?: { offset: number; bytes: number } },
): Promise<PointRow> {
  const image = await world.image(
    name,
    32 * MIB,
    at.map((offset) => random(offset, 4096)),
  );
  await world.control.write({ vm: name, disk: "os", image });
  await world.control.clearFaults();
  if (omit !== undefined) {
    await world.control.addFault({
      match: { operation: "blob.pagelist" },
      effect: { type: "omit", ...omit },
    });
  }
  return world.backUp(vmId);
}

const trustOf = async (vmId: string) => (await listDiskTrust(world.db.prisma, vmId))[0];
const methodOf = (point: PointRow) => point.disks[0]?.deltaMethod;

describe("a new disk", () => {
  it("has its first lists confirmed, then they are used, and one of ten is confirmed", async () => {
    const image = await world.image("young", 32 * MIB, [random(0, 2 * MIB)]);
    const vmId = await world.protectedVm({ name: "young", disks: [image], policy: enhancedPolicy });
    await world.backUp(vmId);
    expect(await trustOf(vmId)).toBeUndefined();
    const second = await delta("young", vmId, { at: [MIB] });
    expect(second.disks[0]).toMatchObject({
      deltaMethod: "digest-comparison",
      deltaNotice: { code: "delta-confirming" },
    });
    expect(await trustOf(vmId)).toMatchObject({ deltas: 1, confirmed: 1, isTurnedOff: false });
    await world.trustLists(vmId);
    const fourth = await delta("young", vmId, { at: [5 * MIB] });
    expect(methodOf(fourth)).toBe("changed-ranges");
    expect(await world.pointDigest(fourth, "os")).toBe(await world.diskDigest("young-os"));
    expect(await trustOf(vmId)).toMatchObject({ deltas: 4, confirmed: 1 });
    await world.db.prisma.diskTrust.updateMany({ where: { vmId }, data: { deltas: 12 } });
    expect(methodOf(await delta("young", vmId, { at: [6 * MIB] }))).toBe("digest-comparison");
    expect(await trustOf(vmId)).toMatchObject({ deltas: 13, confirmed: 2 });
    const job = await world.db.prisma.job.findFirstOrThrow({
      where: { vmId },
      orderBy: { createdAt: "desc" },
    });
    expect(job.state).toBe("succeeded");
  });
});

describe("a list that omits changes", () => {
  it("gives a correct point, raises an alert, and is off for the disk until a person allows it", async () => {
    const image = await world.image("liar", 32 * MIB, [random(0, 2 * MIB)]);
    const vmId = await world.protectedVm({ name: "liar", disks: [image], policy: enhancedPolicy });
    await world.backUp(vmId);
    const wrong = await delta("liar", vmId, {
      at: [0, MIB, 5 * MIB + 100, 20 * MIB],
      omit: { offset: MIB, bytes: 8 * MIB },
    });
    expect(methodOf(wrong)).toBe("digest-comparison");
    expect(await world.pointDigest(wrong, "os")).toBe(await world.diskDigest("liar-os"));
    const found = { blocks: 2, firstOffset: MIB };
    expect(await trustOf(vmId)).toMatchObject({
      isTurnedOff: true,
      wrongList: { jobId: wrong.jobId, ...found },
    });
    const params = { disk: "liar-os", ...found };
    const job = await world.db.prisma.job.findUniqueOrThrow({ where: { id: wrong.jobId } });
    expect(job).toMatchObject({
      state: "warning",
      warnings: [{ code: "DELTA_BASE_INVALID", reason: "list-incomplete", params }],
    });
    expect(await world.db.prisma.attention.findMany({ where: { vmId } })).toMatchObject([
      { kind: "changed-ranges", notice: { code: "changed-ranges-wrong", params } },
    ]);
    const events = await world.db.prisma.ledgerEvent.findMany({ where: { vmId, kind: "attention.raised" } });
    expect(events).toHaveLength(1);

    const next = await delta("liar", vmId, { at: [9 * MIB] });
    expect(next.disks[0]).toMatchObject({
      deltaMethod: "digest-comparison",
      deltaNotice: { code: "delta-lists-turned-off" },
    });
    expect(await world.pointDigest(next, "os")).toBe(await world.diskDigest("liar-os"));

    const [trust] = await listDiskTrust(world.db.prisma, vmId);
    const disk = { vmId, diskUniqueId: trust?.diskUniqueId ?? "" };
    expect(await inTransaction(world.db, (tx) => allowLists(tx, disk, engineActor))).toBe(true);
    expect(await inTransaction(world.db, (tx) => allowLists(tx, disk, engineActor))).toBe(false);
    const again = await delta("liar", vmId, { at: [10 * MIB] });
    expect(again.disks[0]).toMatchObject({ deltaNotice: { code: "delta-confirming" } });
    expect(await trustOf(vmId)).toMatchObject({ deltas: 1, confirmed: 1, isTurnedOff: false });
  });

  it("is found also where the disk has no content anymore, in a segment that is otherwise empty", async () => {
    const image = await world.image("gone", 3 * GIB, [random(0, MIB), random(2 * GIB, 2 * BLOCK)]);
    const vmId = await world.protectedVm({ name: "gone", disks: [image], policy: enhancedPolicy });
    await world.backUp(vmId);
    const zeros = { offset: 2 * GIB, bytes: new Uint8Array(2 * BLOCK) };
    await world.control.write({ vm: "gone", disk: "os", image: await world.image("gone", 3 * GIB, [zeros]) });
    const effect = { type: "omit", offset: 2 * GIB, bytes: GIB } as const;
    await world.control.addFault({ match: { operation: "blob.pagelist" }, effect });
    await world.backUp(vmId);
    expect(await trustOf(vmId)).toMatchObject({ wrongList: { blocks: 2, firstOffset: 2 * GIB } });
  });
});

describe("planning a large disk", () => {
  const bytes = 700 * GIB;
  /** The list of a disk of 700 GiB with few ranges takes two windows: 64 GiB, and the rest. */
  const patches = [random(GIB, BLOCK), random(300 * GIB, BLOCK), random(699 * GIB, BLOCK)];

  it("continues where a killed engine was, and lists no window twice", async () => {
    const image = await world.image("large", bytes, patches);
    const os = await world.image("large-os", 32 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "large", disks: [os, image], policy: enhancedPolicy });
    const match = { operation: "blob.pagelist", path: "." };
    // The second window of the data disk hangs: the OS disk has one window.
    await world.control.addFault({ match, effect: { type: "hang" }, skip: 2, times: 1 });
    await world.control.addFault({ match, effect: { type: "delay", ms: 0 } });
    const jobId = await world.startBackup(vmId);
    const begun = await until("the first part", 60_000, () =>
      world.db.prisma.jobDisk.findFirst({ where: { jobId, plannedTo: BigInt(64 * GIB) } }),
    );
    expect(begun).toMatchObject({ deltaMethod: null, planList: "allocated" });
    expect(await world.db.prisma.jobSegment.count({ where: { jobDiskId: begun.id } })).toBe(1);
    await world.engines.shift()?.stop();
    await world.startEngine();
    const ended = await world.ended(jobId);
    expect(ended.state).toBe("succeeded");
    const faults = await world.control.faults();
    // One for the OS disk and one for the first window. After the one that hung, windows begin small again: two for the rest.
    expect(faults.map(({ hits }) => hits)).toEqual([1, 4]);
    const disk = await world.db.prisma.jobDisk.findUniqueOrThrow({ where: { id: begun.id } });
    expect(disk).toMatchObject({ plannedTo: BigInt(bytes), plannedBytes: BigInt(3 * BLOCK) });
    const segments = await world.db.prisma.jobSegment.findMany({
      where: { jobDiskId: begun.id },
      orderBy: { segment: "asc" },
    });
    expect(segments.map(({ segment }) => segment)).toEqual([1, 300, 699]);
  });
});
