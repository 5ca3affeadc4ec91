/** Recovery points: lists, one point in full, verification. */
import {
  createJob,
  getPointDetail,
  listPointViews,
  lockForVerification,
  type PointDamageView,
  type PointRow,
  readPointDamage,
  readUndoDays,
  type StoredVm,
  type Tx,
  type VerificationState,
} from "@kluis/db";
import {
  type HeldPointState,
  isHeldPointState,
  KluisError,
  type PointState,
  planSample,
  type VerifyParameters,
} from "@kluis/domain";
import { SEGMENT_BYTES } from "@kluis/vault";
import { type SignedInContext, seen } from "../context.ts";
import { lookupPoint, lookupPointFor, lookupVm, mayOn, optionalVmId } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import type { ListPointsInput, VerifyPointInput } from "./inputs.ts";
import type { PointPage, PointView, StartedPointJob } from "./view.ts";

export async function listPoints(ctx: SignedInContext, input: ListPointsInput): Promise<PointPage> {
  const { vm, search, state, consistency, pinned, vault: vaultId, from, to, ...order } = input;
  const vmId = await optionalVmId(ctx, vm);
  const filter = { vmId, search, state, consistency, pinned, vaultId, from, to };
  const { page, pageSize } = input;
  return { ...(await listPointViews(ctx.api.db.prisma, seen(ctx), { filter, order })), page, pageSize };
}

/** @throws KluisError POINT_NOT_FOUND, CONFLICT */
export async function getPoint(ctx: SignedInContext, ref: string): Promise<PointView> {
  const { id } = await lookupPoint(ctx, ref);
  const point = await getPointDetail(ctx.api.db.prisma, id);
  const vm = await lookupVm(ctx, point.vm.id);
  const readable = isHeldPointState(point.state);
  const pinned = point.pinnedAt !== null;
  return {
    ...point,
    softDeleteDays: await readUndoDays(ctx.api.db.prisma, vm.id),
    can: {
      download: readable && mayOn(ctx, "restore:files", vm),
      restore: readable && mayOn(ctx, "restore:disks", vm),
      verify: readable && mayOn(ctx, "backup:run", vm),
      delete: readable && !pinned && mayOn(ctx, "point:delete", vm),
      undelete: point.state === "soft-deleted" && mayOn(ctx, "point:delete", vm),
      pin: readable && !pinned && mayOn(ctx, "point:pin", vm),
      unpin: pinned && mayOn(ctx, "point:unpin", vm),
    },
  };
}

/** @throws KluisError POINT_NOT_FOUND, CONFLICT */
export async function getPointDamage(ctx: SignedInContext, ref: string): Promise<PointDamageView> {
  const { id } = await lookupPoint(ctx, ref);
  return readPointDamage(ctx.api.db.prisma, id);
}

const goneWords = {
  "soft-deleted": "is deleted",
  deleting: "is being deleted",
  deleted: "was deleted",
} as const satisfies Record<Exclude<PointState, HeldPointState>, string>;

/** @throws KluisError POINT_NOT_FOUND when the point is deleted or being deleted */
export function mustBeReadable(point: Pick<PointRow, "id" | "state">): void {
  const { id, state } = point;
  if (isHeldPointState(state)) return;
  const isBack = state === "soft-deleted";
  throw new KluisError("POINT_NOT_FOUND", {
    reason: state,
    message: `The recovery point ${id} ${goneWords[state]}.`,
    action: isBack
      ? "Bring it back first, or choose another recovery point."
      : "Choose another recovery point of this virtual machine.",
    params: { point: point.id, state: point.state },
  });
}

/**
 * Starts a verification of a point. Returns the open one of the same mode, if there is one: a point has one at a time.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN, CONFLICT when one of another mode is open
 */
export async function verifyPoint(ctx: SignedInContext, input: VerifyPointInput): Promise<StartedPointJob> {
  const { point, vm } = await lookupPointFor(ctx, "backup:run", input.point);
  mustBeReadable(point);
  const { mode, percent } = input;
  return record(ctx, async (tx) => {
    const state = await lockForVerification(tx, point.id);
    if (state?.open?.mode === mode)
      return { result: { jobId: state.open.jobId, pointId: point.id }, events: [] };
    if (state?.open) throw alreadyVerified(point.id, state.open);
    const parameters: VerifyParameters = { mode, ...sampleOf(state, { mode, percent }) };
    return addVerification(ctx, tx, { point, vm, parameters });
  });
}

function sampleOf(
  state: VerificationState | null,
  { mode, percent }: Pick<VerifyPointInput, "mode" | "percent">,
): Pick<VerifyParameters, "segments"> {
  if (mode !== "sampled" || state === null) return {};
  const shape = { disks: state.disks, segmentBytes: SEGMENT_BYTES };
  return { segments: planSample(shape, state.round, { unit: "percent", amount: percent }).count };
}

function alreadyVerified(point: string, { jobId, mode }: { jobId: string; mode: string }): KluisError {
  return new KluisError("CONFLICT", {
    reason: "verification-open",
    message: `A verification of this recovery point is already running (${mode}): job ${jobId}.`,
    action: "Wait until it ends, or cancel it first.",
    params: { point, job: jobId, mode },
  });
}

/** Adds the job and returns it with the event that records it. */
async function addVerification(
  ctx: SignedInContext,
  tx: Tx,
  {
    point,
    vm,
    parameters,
  }: { readonly point: PointRow; readonly vm: StoredVm; readonly parameters: VerifyParameters },
): Promise<{ readonly result: StartedPointJob; readonly events: readonly VmEvent[] }> {
  const { actor } = ctx.who;
  const job = { kind: "verify", vmId: vm.id, pointId: point.id, trigger: "manual", actor } as const;
  const jobId = await createJob(tx, { ...job, parameters: { ...parameters } }, ctx.api.clock);
  const recorded: VmEvent = {
    kind: "job.created",
    actor,
    target: { type: "point", id: point.id, name: `${vm.name} ${point.takenAt}` },
    vmId: vm.id,
    data: { jobId, jobKind: "verify", ...parameters },
  };
  return { result: { jobId, pointId: point.id }, events: [recorded] };
}
