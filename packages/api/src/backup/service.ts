/** Backups that a user starts. */
import {
  addBackup,
  getProtection,
  listPolicies,
  mustBeConnected,
  openBackupJob,
  type PolicyRow,
  type StoredVm,
  type Tx,
} from "@kluis/db";
import { goneFromAzure, KluisError } from "@kluis/domain";
import type { SignedInContext } from "../context.ts";
import { lookupVmFor } from "../lookup.ts";
import { record } from "../record.ts";
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
    const { actor } = ctx.who;
    const job = await addBackup(tx, { vm, policy, trigger: "manual", actor }, ctx.api.clock);
    return { result: job.jobId, events: [job.event] };
  });
  return { jobId, vm: { id: vm.id, name: vm.name } };
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
