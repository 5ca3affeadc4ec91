import {
  getProtection,
  holdGuardrails,
  holdPolicy,
  listPolicies,
  mustBeConnected,
  notify,
  openBackupJob,
  type PolicyRow,
  requirePolicy,
  type StoredVm,
  setProtection,
  type Tx,
} from "@kluis/db";
import {
  type Guardrails,
  KluisError,
  mustKeepGuardrails,
  policyViolations,
  refusalOfVm,
  refusedDisks,
  suitabilityTexts,
  vmRefusal,
} from "@kluis/domain";
import type { z } from "zod";
import { addBackup, goneFromAzure } from "../backup/service.ts";
import type { SignedInContext } from "../context.ts";
import { lookupVmFor } from "../lookup.ts";
import { mustMayShorten } from "../policies/effects.ts";
import { policySight } from "../policies/facts.ts";
import { mustTakeVms } from "../policies/lifecycle.ts";
import { record, type VmEvent } from "../record.ts";
import { requireNow } from "../rights-now.ts";
import { type ConsistencyRules, refusalsUnder } from "../vms/suitability.ts";
import { effectOnVm, mustReach } from "./effect.ts";
import type { SetProtectionInput } from "./inputs.ts";
import type { protectionView } from "./view.ts";

/**
 * Puts a VM under a policy and starts its first backup; changes policy and excluded disks of a protected VM.
 * @throws KluisError VM_NOT_FOUND, POLICY_NOT_FOUND, FORBIDDEN also beyond the reach of the policy or where points go without the right, DISK_NOT_FOUND, DISK_NOT_SUPPORTED, GUARDRAIL; CONFLICT for a retired policy; CONNECTION_UNUSABLE when no
 * backup can start
 */
export async function protectVm(
  ctx: SignedInContext,
  input: SetProtectionInput,
): Promise<z.input<typeof protectionView>> {
  const vm = await lookupVmFor(ctx, "protection:write", input.vm);
  if (vm.deletedAt !== null) throw goneFromAzure(vm);
  const policy = await requirePolicy(ctx.api.db.prisma, input.policy, policySight(ctx));
  const current = await getProtection(ctx.api.db.prisma, vm.id);
  const kept = current?.excludedDisks.filter((key) => vm.disks.some((disk) => disk.key === key));
  const excludedDisks = [...new Set(input.excludedDisks ?? kept ?? [])];
  checkDisks(vm, { excluded: excludedDisks, rules: policy.current.document.consistency });
  return record(ctx, async (tx) => {
    const guardrails = await holdGuardrails(tx);
    await holdPolicy(tx, policy.id);
    const current = await requirePolicy(tx, policy.id, policySight(ctx));
    await mustReach(tx, current, vm);
    const { events, jobId } = await protectIn(ctx, tx, { vm, policy: current, excludedDisks, guardrails });
    await notify(tx, "inventory", { vmId: vm.id });
    return { result: { vm, policy, excludedDisks, jobId }, events };
  });
}

interface Wanted {
  readonly vm: StoredVm;
  readonly policy: PolicyRow;
  readonly excludedDisks: readonly string[];
  readonly guardrails: Guardrails;
}

async function protectIn(
  ctx: SignedInContext,
  tx: Tx,
  wanted: Wanted,
): Promise<{ readonly events: readonly VmEvent[]; readonly jobId: string | null }> {
  const { vm, policy, guardrails } = wanted;
  const { before, now } = await setProtection(
    tx,
    { vmId: vm.id, policyId: policy.id, excludedDisks: wanted.excludedDisks, by: ctx.who.actor },
    ctx.api.clock,
  );
  mustTakeVms(policy, before);
  const target = { kind: "vm", vm } as const;
  const access = await requireNow(ctx, tx, { permission: "protection:write", target });
  const { removed, sooner } = await effectOnVm(tx, { vm, policy, before, guardrails });
  if (removed.length + sooner.length > 0)
    mustMayShorten(access, [{ vm, removed: removed.length, sooner: sooner.length }]);
  const begins = before?.state !== "active";
  // A VM that is under the policy already keeps its backups.
  if (begins || before.policyId !== policy.id)
    mustKeepGuardrails(policyViolations(policy.current.document, guardrails));
  const event: VmEvent = {
    kind: begins ? "vm.protected" : "protection.changed",
    actor: ctx.who.actor,
    target: { type: "vm", id: vm.id, name: vm.name },
    vmId: vm.id,
    data: {
      before: before === null ? null : await describe(tx, before),
      after: await describe(tx, now),
      effect: { removed: removed.length, sooner: sooner.length },
    },
  };
  // The first backup would fail. A change of a protected VM starts no job, so it waits for no connection.
  if (begins) await mustBeConnected(tx, vm.subscriptionId);
  const open = begins ? await openBackupJob(tx, vm.id) : null;
  if (!begins || open !== null) return { events: [event], jobId: open };
  const job = await addBackup(ctx, tx, { vm, policy, trigger: "protect" });
  return { events: [event, job.event], jobId: job.jobId };
}

/** A protection as the ledger records it. */
async function describe(
  tx: Tx,
  row: { readonly policyId: string; readonly state: string; readonly excludedDisks: readonly string[] },
): Promise<Record<string, unknown>> {
  const policy = (await listPolicies(tx, "all")).find((one) => one.id === row.policyId);
  return {
    state: row.state,
    policy: policy?.name ?? row.policyId,
    policyVersion: policy?.current.version ?? null,
    excludedDisks: [...row.excludedDisks],
  };
}

/** @throws KluisError DISK_NOT_FOUND, DISK_NOT_SUPPORTED when no backup under the policy could succeed */
function checkDisks(
  vm: StoredVm,
  { excluded, rules }: { readonly excluded: readonly string[]; readonly rules: ConsistencyRules },
): void {
  const unknown = excluded.find((key) => !vm.disks.some((disk) => disk.key === key));
  if (unknown !== undefined) {
    const disks = vm.disks.map((disk) => disk.key).join(", ");
    throw new KluisError("DISK_NOT_FOUND", {
      reason: "in-vm",
      message: `The virtual machine ${vm.name} has no disk ${unknown}.`,
      action: `Its disks are ${disks}.`,
      params: { vm: vm.name, disk: unknown, disks },
    });
  }
  const findings = refusalsUnder(vm, rules);
  const refusal = refusalOfVm(findings);
  if (refusal !== null) throw vmRefusal(vm, refusal);
  const refused = refusedDisks(findings);
  const wanted = vm.disks.filter((disk) => !excluded.includes(disk.key));
  if (wanted.some((disk) => disk.unsupported === null && !refused.has(disk.key))) return;
  if (wanted.length === 0) {
    throw new KluisError("INPUT_INVALID", {
      reason: "all-disks-excluded",
      message: `Every disk of ${vm.name} is excluded, so nothing would be backed up.`,
      action: "Include at least one disk.",
      params: { vm: vm.name },
    });
  }
  const reasonOf = ({ key, unsupported }: (typeof wanted)[number]): string => {
    const code = refused.get(key);
    return code === undefined ? (unsupported ?? "") : suitabilityTexts[code].text;
  };
  const reasons = wanted.map((disk) => `${disk.name}: ${reasonOf(disk)}`).join("; ");
  throw new KluisError("DISK_NOT_SUPPORTED", {
    reason: "no-disk-left",
    message: `${vm.name} cannot be protected: none of its disks can be backed up (${reasons}).`,
    action: "Move its data to disks of a supported type.",
    params: { vm: vm.name, reasons },
  });
}
