/** Backups that a user starts. */
import {
  createJob,
  getProtection,
  listPolicies,
  mustBeConnected,
  openBackupJob,
  type PolicyRow,
  type StoredVm,
  type Tx,
} from "@kluis/db";
import { KluisError, manualDeadline } from "@kluis/domain";
import type { SignedInContext } from "../context.ts";
import { lookupVmFor } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import type { StartedBackup } from "./view.ts";

/**
 * Starts a backup of a protected VM now.
 * @throws KluisError VM_NOT_FOUND, FORBIDDEN, VM_NOT_PROTECTED, JOB_ALREADY_RUNNING (with the job's
 * id)
 */
export async function startBackup(ctx: SignedInContext, ref: string): Promise<StartedBackup> {
  const vm = await lookupVmFor(ctx, "backup:run", ref);
  if (vm.deletedAt !== null) throw goneFromAzure(vm);
  const jobId = await record(ctx, async (tx) => {
    const open = await openBackupJob(tx, vm.id);
    if (open !== null) throw alreadyRunning(vm, open);
    await mustBeConnected(tx, vm.subscriptionId);
    const policy = await policyInForce(tx, vm);
    const job = await addBackup(ctx, tx, { vm, policy, trigger: "manual" });
    return { result: job.jobId, events: [job.event] };
  });
  return { jobId, vm: { id: vm.id, name: vm.name } };
}

/**
 * Adds the job of a backup and returns it with the event that records it. No other backup of the VM
 * may be running.
 */
export async function addBackup(
  ctx: SignedInContext,
  tx: Tx,
  what: { readonly vm: StoredVm; readonly policy: PolicyRow; readonly trigger: "manual" | "protect" },
): Promise<{ readonly jobId: string; readonly event: VmEvent }> {
  const { vm, policy, trigger } = what;
  const { actor } = ctx.who;
  const job = { kind: "backup", vmId: vm.id, policyVersionId: policy.current.id, trigger, actor } as const;
  const deadlineAt = manualDeadline(ctx.api.clock.now());
  const jobId = await createJob(tx, { ...job, deadlineAt }, ctx.api.clock);
  const event: VmEvent = {
    kind: "job.created",
    actor,
    target: { type: "job", id: jobId, name: `backup of ${vm.name}` },
    vmId: vm.id,
    data: { jobKind: "backup", trigger, policy: policy.name, policyVersion: policy.current.version },
  };
  return { jobId, event };
}

async function policyInForce(tx: Tx, vm: StoredVm): Promise<PolicyRow> {
  const protection = await getProtection(tx, vm.id);
  const policies = protection?.state === "active" ? await listPolicies(tx, "all") : [];
  const policy = policies.find((one) => one.id === protection?.policyId);
  if (policy !== undefined) return policy;
  throw new KluisError("VM_NOT_PROTECTED", {
    reason: "no-policy",
    message: `The virtual machine ${vm.name} is not protected.`,
    action: "Assign a policy; that starts the first backup too.",
    params: { vm: vm.name },
  });
}

export function alreadyRunning(vm: StoredVm, jobId: string): KluisError {
  return new KluisError("JOB_ALREADY_RUNNING", {
    message: `A backup of ${vm.name} is already running.`,
    action: "Wait until it ends, or cancel it first.",
    params: { vm: vm.name, job: jobId },
  });
}

export function goneFromAzure(vm: StoredVm): KluisError {
  return new KluisError("VM_NOT_FOUND", {
    reason: "gone",
    message: `The virtual machine ${vm.name} is no longer in Azure.`,
    action: "Restore from its recovery points, which are kept.",
    params: { vm: vm.name },
  });
}
