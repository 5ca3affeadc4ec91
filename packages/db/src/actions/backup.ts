/** Backups that a user starts. */
import { goneFromAzure, KluisError, mustBeAllowed } from "@kluis/domain";
import { mustBeConnected } from "../connections/read.ts";
import { openBackupJob } from "../jobs/write.ts";
import { listPolicies, type PolicyRow } from "../policies/read.ts";
import { addBackup } from "../protections/assign.ts";
import { getProtection } from "../protections/write.ts";
import type { Tx } from "../tx.ts";
import type { StoredVm } from "../vms/write.ts";
import type { ActingContext } from "./acting.ts";
import type { Done } from "./operation.ts";
import { requireSeen } from "./sight.ts";

/**
 * Starts a backup of a protected VM now.
 * @param ctx with the rights of now
 * @throws KluisError VM_NOT_FOUND, FORBIDDEN, VM_NOT_PROTECTED, JOB_ALREADY_RUNNING (with the job's id), CONNECTION_UNUSABLE
 */
export async function startBackupIn(
  ctx: ActingContext,
  tx: Tx,
  vmId: string,
): Promise<Done<{ readonly jobId: string }>> {
  const vm = await requireSeen(ctx, tx, vmId);
  mustBeAllowed(ctx.who.access, "backup:run", { kind: "vm", vm });
  if (vm.deletedAt !== null) throw goneFromAzure(vm);
  const open = await openBackupJob(tx, vm.id);
  if (open !== null) throw alreadyRunning(vm, open);
  await mustBeConnected(tx, vm.subscriptionId);
  const policy = await policyInForce(tx, vm);
  const { actor } = ctx.who;
  const { jobId, event } = await addBackup(tx, { vm, policy, trigger: "manual", actor }, ctx.api.clock);
  return { result: { jobId }, events: [event] };
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

function alreadyRunning(vm: StoredVm, jobId: string): KluisError {
  return new KluisError("JOB_ALREADY_RUNNING", {
    message: `A backup of ${vm.name} is already running.`,
    action: "Wait until it ends, or cancel it first.",
    params: { vm: vm.name, job: jobId },
  });
}
