import {
  findJobViews,
  findLatestPointView,
  findPointViews,
  findVms,
  isUuid,
  type JobRow,
  type PointRow,
  type StoredVm,
} from "@kluis/db";
import { unknownVm } from "@kluis/db/actions";
import { can, KluisError, mustBeAllowed, type Permission } from "@kluis/domain";
import { type SignedInContext, seen } from "./context.ts";

/**
 * Returns the visible VM with this id, name, or `resource-group/name`.
 * @throws KluisError VM_NOT_FOUND, also for a VM of another team; CONFLICT when several have the name
 */
export async function lookupVm(ctx: SignedInContext, ref: string): Promise<StoredVm> {
  const found = await findVms(ctx.api.db.prisma, seen(ctx), ref);
  const [vm, second] = found;
  if (vm === undefined) throw unknownVm(ref);
  if (second !== undefined) {
    const names = found.map((one) => `${one.resourceGroup}/${one.name}`).join(", ");
    throw new KluisError("CONFLICT", {
      reason: "vm-ambiguous",
      message: `Several virtual machines have the name ${ref}: ${names}.`,
      action: "Use resource-group/name or the id.",
      params: { vm: ref, candidates: names },
    });
  }
  return vm;
}

export { unknownVm } from "@kluis/db/actions";

/** The id of the VM by which a list is filtered, or undefined without such a filter. */
export async function optionalVmId(
  ctx: SignedInContext,
  ref: string | undefined,
): Promise<string | undefined> {
  return ref === undefined ? undefined : (await lookupVm(ctx, ref)).id;
}

/**
 * Returns a visible VM on which the user holds the permission.
 * @throws KluisError VM_NOT_FOUND, CONFLICT, FORBIDDEN
 */
export async function lookupVmFor(
  ctx: SignedInContext,
  permission: Permission,
  ref: string,
): Promise<StoredVm> {
  const vm = await lookupVm(ctx, ref);
  mustBeAllowed(ctx.who.access, permission, { kind: "vm", vm });
  return vm;
}

/** Whether the user holds the permission on this VM. */
export function mayOn(ctx: SignedInContext, permission: Permission, vm: StoredVm): boolean {
  return can(ctx.who.access, permission, { kind: "vm", vm });
}

/**
 * Returns the visible recovery point with this id, unique prefix of an id, or `VM@latest`.
 * @throws KluisError POINT_NOT_FOUND, also for a point of another team; VM_NOT_FOUND; CONFLICT when several have the prefix
 */
export async function lookupPoint(ctx: SignedInContext, ref: string): Promise<PointRow> {
  const { prisma } = ctx.api.db;
  if (ref.toLowerCase().endsWith("@latest")) {
    const vm = await lookupVm(ctx, ref.slice(0, -"@latest".length));
    const latest = await findLatestPointView(prisma, seen(ctx), vm.id);
    if (latest !== null) return latest;
    throw new KluisError("POINT_NOT_FOUND", {
      reason: "none-available",
      message: `The virtual machine ${vm.name} has no available recovery point.`,
      action: "Back it up first.",
      params: { point: ref, vm: vm.name },
    });
  }
  const found = isIdPrefix(ref) ? await findPointViews(prisma, seen(ctx), ref) : [];
  const [point, second] = found;
  if (point === undefined) {
    throw new KluisError("POINT_NOT_FOUND", {
      reason: "unknown",
      message: `The recovery point ${ref} does not exist, or you cannot see it.`,
      action: "Check the id, or list the recovery points of the virtual machine.",
      params: { point: ref },
    });
  }
  if (second !== undefined) throw ambiguousId("point-ambiguous", "recovery points", ref);
  return point;
}

/**
 * Returns a visible point and its VM, on which the user holds the permission.
 * @throws KluisError POINT_NOT_FOUND, VM_NOT_FOUND, CONFLICT, FORBIDDEN
 */
export async function lookupPointFor(
  ctx: SignedInContext,
  permission: Permission,
  ref: string,
): Promise<{ readonly point: PointRow; readonly vm: StoredVm }> {
  const point = await lookupPoint(ctx, ref);
  const vm = await lookupVmFor(ctx, permission, point.vm.id);
  return { point, vm };
}

/**
 * Returns the visible job with this id or unique prefix of an id.
 * @throws KluisError NOT_FOUND, also for a job of another team; CONFLICT when several have the prefix
 */
export async function lookupJob(ctx: SignedInContext, ref: string): Promise<JobRow> {
  const found = isIdPrefix(ref) ? await findJobViews(ctx.api.db.prisma, seen(ctx), ref) : [];
  const [job, second] = found;
  if (job === undefined) {
    throw new KluisError("NOT_FOUND", {
      reason: "job",
      message: `The job ${ref} does not exist, or you cannot see it.`,
      action: "Check the id, or list the jobs.",
      params: { job: ref },
    });
  }
  if (second !== undefined) throw ambiguousId("job-ambiguous", "jobs", ref);
  return job;
}

function isIdPrefix(ref: string): boolean {
  return isUuid(ref) || /^[0-9a-f-]{4,36}$/i.test(ref);
}

function ambiguousId(reason: "point-ambiguous" | "job-ambiguous", what: string, ref: string): KluisError {
  return new KluisError("CONFLICT", {
    reason,
    message: `The ids of several ${what} begin with ${ref}.`,
    action: "Enter more of the id.",
    params: { id: ref },
  });
}
