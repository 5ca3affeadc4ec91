import {
  findJobViews,
  findLatestPointView,
  findPointViews,
  findVms,
  isUuid,
  type JobRow,
  type PointRow,
  type VmRow,
} from "@kluis/db";
import { can, KluisError, mustBeAllowed, type Permission } from "@kluis/domain";
import { type SignedInContext, seen } from "./context.ts";

/**
 * The one visible VM that a text names: an id, a name, or `resource-group/name`.
 * @throws KluisError VM_NOT_FOUND (also for another team's), CONFLICT when the name fits several
 */
export async function lookupVm(ctx: SignedInContext, ref: string): Promise<VmRow> {
  const found = await findVms(ctx.api.db.prisma, seen(ctx), ref);
  const [vm, second] = found;
  if (vm === undefined) {
    throw new KluisError("VM_NOT_FOUND", {
      reason: "unknown",
      message: `There is no virtual machine ${ref} that you can see.`,
      action: "Check its name; list the virtual machines you can see.",
      params: { vm: ref },
    });
  }
  if (second !== undefined) {
    const names = found.map((one) => `${one.resourceGroup}/${one.name}`).join(", ");
    throw new KluisError("CONFLICT", {
      reason: "vm-ambiguous",
      message: `The name ${ref} fits several virtual machines: ${names}.`,
      action: "Name it as resource-group/name, or by its id.",
      params: { vm: ref, candidates: names },
    });
  }
  return vm;
}

/** The id of the VM by which a list is filtered, or undefined without such a filter. */
export async function optionalVmId(
  ctx: SignedInContext,
  ref: string | undefined,
): Promise<string | undefined> {
  return ref === undefined ? undefined : (await lookupVm(ctx, ref)).id;
}

/**
 * A visible VM on which the person holds the permission.
 * @throws KluisError VM_NOT_FOUND, CONFLICT, FORBIDDEN
 */
export async function lookupVmFor(ctx: SignedInContext, permission: Permission, ref: string): Promise<VmRow> {
  const vm = await lookupVm(ctx, ref);
  mustBeAllowed(ctx.who.access, permission, { kind: "vm", vm });
  return vm;
}

/** Whether the person holds the permission on this VM. */
export function mayOn(ctx: SignedInContext, permission: Permission, vm: VmRow): boolean {
  return can(ctx.who.access, permission, { kind: "vm", vm });
}

/**
 * The one visible recovery point that a text names: an id, a unique beginning of one, or `VM@latest`.
 * @throws KluisError POINT_NOT_FOUND (also for another team's), VM_NOT_FOUND, CONFLICT when the beginning fits several
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
  const found = isIdBeginning(ref) ? await findPointViews(prisma, seen(ctx), ref) : [];
  const [point, second] = found;
  if (point === undefined) {
    throw new KluisError("POINT_NOT_FOUND", {
      reason: "unknown",
      message: `There is no recovery point ${ref} that you can see.`,
      action: "Check its id; list the recovery points of the virtual machine.",
      params: { point: ref },
    });
  }
  if (second !== undefined) throw ambiguousId("point-ambiguous", "recovery points", ref);
  return point;
}

/**
 * A visible point with its VM, on which the person holds the permission.
 * @throws KluisError POINT_NOT_FOUND, VM_NOT_FOUND, CONFLICT, FORBIDDEN
 */
export async function lookupPointFor(
  ctx: SignedInContext,
  permission: Permission,
  ref: string,
): Promise<{ readonly point: PointRow; readonly vm: VmRow }> {
  const point = await lookupPoint(ctx, ref);
  const vm = await lookupVmFor(ctx, permission, point.vm.id);
  return { point, vm };
}

/**
 * The one visible job that a text names: an id or a unique beginning of one.
 * @throws KluisError NOT_FOUND (also for another team's), CONFLICT when the beginning fits several
 */
export async function lookupJob(ctx: SignedInContext, ref: string): Promise<JobRow> {
  const found = isIdBeginning(ref) ? await findJobViews(ctx.api.db.prisma, seen(ctx), ref) : [];
  const [job, second] = found;
  if (job === undefined) {
    throw new KluisError("NOT_FOUND", {
      reason: "job",
      message: `There is no job ${ref} that you can see.`,
      action: "Check its id; list the jobs.",
      params: { job: ref },
    });
  }
  if (second !== undefined) throw ambiguousId("job-ambiguous", "jobs", ref);
  return job;
}

function isIdBeginning(ref: string): boolean {
  return isUuid(ref) || /^[0-9a-f-]{4,36}$/i.test(ref);
}

function ambiguousId(reason: "point-ambiguous" | "job-ambiguous", what: string, ref: string): KluisError {
  return new KluisError("CONFLICT", {
    reason,
    message: `Several ${what} have an id that begins with ${ref}.`,
    action: "Give more of the id.",
    params: { id: ref },
  });
}
