/** Restores of disks: their plan, and the job. */
import {
  createJob,
  getPointDetail,
  holdGuardrails,
  mustBeConnected,
  readGuardrails,
  readPointDamage,
  type StoredPoint,
  type StoredVm,
} from "@kluis/db";
import {
  KluisError,
  mustBeAllowed,
  mustKeepGuardrails,
  type Notice,
  notice,
  noticeText,
  planRestoredDisk,
  type RestoreChoices,
  type RestoreDiskParameters,
  restoreViolations,
  type Violation,
} from "@kluis/domain";
import { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { violationViews } from "../guardrails/facts.ts";
import { lookupPointFor } from "../lookup.ts";
import { mustBeReadable } from "../points/service.ts";
import { record, type VmEvent } from "../record.ts";
import type { RestoreInput } from "./inputs.ts";
import type { RestorePlan, StartedRestore } from "./view.ts";

type StoredDisk = StoredPoint["disks"][number];

interface Prepared {
  readonly vm: StoredVm;
  readonly point: StoredPoint;
  readonly disk: StoredDisk;
  readonly parameters: RestoreDiskParameters;
  /** What differs from the disk that was. */
  readonly differences: readonly Notice[];
  readonly damage: readonly Notice[];
  readonly missing: RestorePlan["missing"];
}

/**
 * Returns the steps of a restore in Azure, and creates nothing.
 * @throws KluisError POINT_NOT_FOUND, DISK_NOT_FOUND, FORBIDDEN
 */
export async function planRestore(ctx: SignedInContext, input: RestoreInput): Promise<RestorePlan> {
  const prepared = await prepare(ctx, input);
  const guardrails = await readGuardrails(ctx.api.db.prisma);
  return describe(prepared, restoreViolations(prepared.parameters.location, guardrails));
}

/**
 * Starts a job that writes a disk of a recovery point to a new managed disk.
 * @throws KluisError POINT_NOT_FOUND, DISK_NOT_FOUND, FORBIDDEN, GUARDRAIL
 */
export async function createRestore(ctx: SignedInContext, input: RestoreInput): Promise<StartedRestore> {
  const { vm, point, disk, parameters } = await prepare(ctx, input);
  const target = targetOf(parameters);
  const skips = parameters.skipDamaged === true ? { skipDamaged: true } : {};
  const { actor } = ctx.who;
  const jobId = await record(ctx, async (tx) => {
    // Held until the job exists: the engine asks again before it creates anything.
    mustKeepGuardrails(restoreViolations(parameters.location, await holdGuardrails(tx)));
    const job = { kind: "restore-disk", vmId: vm.id, pointId: point.id, trigger: "manual", actor } as const;
    await mustBeConnected(tx, parameters.subscriptionId);
    const id = await createJob(tx, { ...job, parameters: { ...parameters } }, ctx.api.clock);
    const event: VmEvent = {
      kind: "job.created",
      actor,
      target: { type: "job", id, name: `restore of ${disk.name} to ${parameters.name}` },
      vmId: vm.id,
      data: {
        jobKind: "restore-disk",
        pointId: point.id,
        disk: disk.key,
        target: target.resourceId,
        ...skips,
      },
    };
    return { result: id, events: [event] };
  });
  return { jobId, target };
}

/**
 * @throws KluisError POINT_NOT_FOUND, DISK_NOT_FOUND, FORBIDDEN, also when the user has no rights
 * on the resource group
 */
async function prepare(ctx: SignedInContext, input: RestoreInput): Promise<Prepared> {
  const { point: row, vm } = await lookupPointFor(ctx, "restore:disks", input.point);
  mustBeReadable(row);
  const point = await getPointDetail(ctx.api.db.prisma, row.id);
  const disk = diskOf(point, input.disk);
  const resourceGroup = input.resourceGroup ?? vm.resourceGroup;
  if (resourceGroup.toLowerCase() !== vm.resourceGroup.toLowerCase()) {
    // Otherwise a team could write disks into another team's resource group with the engine's
    // rights.
    const place = { subscriptionId: vm.subscriptionId, resourceGroup, tags: {} };
    mustBeAllowed(ctx.who.access, "restore:disks", { kind: "vm", vm: place });
  }
  const { sku, zone, encryption, access, skipDamaged = false } = input;
  const choices: RestoreChoices = { sku, zone, encryption, access };
  const planned = planRestoredDisk({ sku: disk.sku, facts: disk.facts }, choices);
  const parameters: RestoreDiskParameters = {
    disk: disk.key,
    name: input.name,
    subscriptionId: vm.subscriptionId,
    resourceGroup,
    location: locationOf(point, vm),
    sku: planned.disk.sku,
    choices,
    ...(skipDamaged ? { skipDamaged } : {}),
  };
  const missing = await missingOf(ctx, point, disk.key);
  return {
    vm,
    point,
    disk,
    parameters,
    differences: planned.notices,
    damage: missing === null ? [] : [damageNote(missing, skipDamaged)],
    missing,
  };
}

/** The ranges of a disk that cannot be read; null of a point that is not damaged. */
async function missingOf(
  ctx: SignedInContext,
  { id, state }: StoredPoint,
  key: string,
): Promise<RestorePlan["missing"]> {
  if (state !== "damaged") return null;
  const { disks, searched } = await readPointDamage(ctx.api.db.prisma, id);
  const { bytes, count, ranges } = disks.find((disk) => disk.key === key) ?? {
    bytes: 0,
    count: 0,
    ranges: [],
  };
  return { bytes, count, ranges, searched: searched && disks.length > 0 };
}

function damageNote(
  { bytes, count, searched }: NonNullable<RestorePlan["missing"]>,
  skipDamaged: boolean,
): Notice {
  const known = { damagedBytes: bytes, ranges: count };
  if (bytes > 0) return notice(skipDamaged ? "restore-skips-damage" : "restore-damaged-disk", known);
  if (searched) return notice("restore-readable-disk", {});
  return notice(skipDamaged ? "restore-skips-unknown" : "restore-from-damaged", {});
}

/** @throws KluisError DISK_NOT_FOUND with the disks that the point has */
export function diskOf(point: StoredPoint, key: string): StoredDisk {
  const disk = point.disks.find((one) => one.key === key);
  if (disk !== undefined) return disk;
  const keys = point.disks.map((one) => one.key).join(", ");
  throw new KluisError("DISK_NOT_FOUND", {
    reason: "in-point",
    message: `The recovery point ${point.id} has no disk ${key}.`,
    action: `It has these disks: ${keys}.`,
    params: { point: point.id, disk: key, disks: keys },
  });
}

/** Where the VM was when the point was taken. */
function locationOf(point: StoredPoint, vm: StoredVm): string {
  const facts = z.object({ location: z.string() }).safeParse(point.vmFacts);
  return facts.success ? facts.data.location : vm.location;
}

function targetOf({ name, subscriptionId, resourceGroup, location, sku }: RestoreDiskParameters) {
  const resourceId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/disks/${name}`;
  return { name, resourceId, subscriptionId, resourceGroup, location, sku };
}

function describe(prepared: Prepared, violations: readonly Violation[]): RestorePlan {
  const { vm, point, disk, parameters } = prepared;
  const stepNotices = stepsOf(parameters);
  const noteNotices = notesOf(prepared);
  return {
    vm: { id: vm.id, name: vm.name },
    point: { id: point.id, takenAt: point.takenAt, consistency: point.consistency },
    disk: { key: disk.key, name: disk.name, bytes: disk.diskBytes, allocatedBytes: disk.allocatedBytes },
    target: targetOf(parameters),
    steps: stepNotices.map(noticeText),
    stepNotices,
    notes: noteNotices.map(noticeText),
    noteNotices,
    missing: prepared.missing,
    violations: violationViews(violations),
  };
}

function stepsOf({ name, sku, resourceGroup, location }: RestoreDiskParameters): Notice[] {
  return [
    notice("restore-creates-disk", { name, sku, resourceGroup, location }),
    notice("restore-opens-access", {}),
    notice("restore-writes", {}),
    notice("restore-closes-access", {}),
  ];
}

function notesOf({ parameters: { name }, differences, damage }: Prepared): Notice[] {
  const notes: Notice[] = [
    notice("restore-keeps-vm", {}),
    notice("restore-name-taken", { name }),
    ...differences,
    ...damage,
  ];
  return notes;
}
