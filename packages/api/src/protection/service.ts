import {
  findVms,
  getProtection,
  holdGuardrails,
  holdPolicy,
  holdVmPoints,
  listPolicies,
  mustBeConnected,
  notify,
  openBackupJob,
  type PolicyRow,
  type ProtectionRow,
  requirePolicy,
  type StoredVm,
  setProtection,
  type Tx,
} from "@kluis/db";
import {
  diskKeySchema,
  KluisError,
  mustBeAllowed,
  mustKeepGuardrails,
  noEffect,
  policyViolations,
  type RuleEffect,
  refusalOfVm,
  refusedDisks,
  retentionFloor,
  suitabilityTexts,
  undoDays,
  vmRefusal,
} from "@kluis/domain";
import { z } from "zod";
import { askSecondPerson } from "../approvals/ask.ts";
import { digestOf } from "../approvals/digest.ts";
import type { Done, Look, Operation } from "../approvals/operation.ts";
import { addBackup, goneFromAzure } from "../backup/service.ts";
import { type SignedInContext, seen } from "../context.ts";
import { lookupVmFor, unknownVm } from "../lookup.ts";
import { mustMayShorten } from "../policies/effects.ts";
import { policySight } from "../policies/facts.ts";
import { mustTakeVms } from "../policies/lifecycle.ts";
import type { VmEvent } from "../record.ts";
import { type ConsistencyRules, refusalsUnder } from "../vms/suitability.ts";
import { effectOnVm, mustReach } from "./effect.ts";
import type { SetProtectionInput } from "./inputs.ts";
import type { protectionView } from "./view.ts";

/**
 * Puts a VM under a policy and starts its first backup; changes policy and excluded disks of a protected VM. When that takes recovery
 * points, a second person must approve it.
 * @throws KluisError VM_NOT_FOUND, POLICY_NOT_FOUND, FORBIDDEN also beyond the reach of the policy or where points go without the right, DISK_NOT_FOUND, DISK_NOT_SUPPORTED, GUARDRAIL; CONFLICT for a retired policy; CONNECTION_UNUSABLE when no
 * backup can start
 */
export async function protectVm(
  ctx: SignedInContext,
  { vm: vmRef, policy: policyRef, excludedDisks: wanted, ...why }: SetProtectionInput,
): Promise<z.input<typeof protectionView>> {
  const vm = await lookupVmFor(ctx, "protection:write", vmRef);
  if (vm.deletedAt !== null) throw goneFromAzure(vm);
  const policy = await requirePolicy(ctx.api.db.prisma, policyRef, policySight(ctx));
  const current = await getProtection(ctx.api.db.prisma, vm.id);
  const kept = current?.excludedDisks.filter((key) => vm.disks.some((disk) => disk.key === key));
  const excludedDisks = [...new Set(wanted ?? kept ?? [])];
  const { done, requested } = await askSecondPerson(ctx, moveOperation, {
    input: { vmId: vm.id, policyId: policy.id, excludedDisks },
    ...why,
  });
  return { vm, policy, excludedDisks, jobId: done?.jobId ?? null, requested };
}

const moveSchema = z.strictObject({
  vmId: z.uuid(),
  policyId: z.uuid(),
  excludedDisks: z.array(diskKeySchema),
});
type Move = z.infer<typeof moveSchema>;
interface Moved {
  readonly jobId: string | null;
}

/** A policy for a VM. It needs a second person when its rules take points. */
export const moveOperation: Operation<Move, Moved> = {
  kind: "protection.set",
  schema: moveSchema,
  async hold(tx, { vmId, policyId }): Promise<void> {
    await holdGuardrails(tx);
    await holdPolicy(tx, policyId);
    await holdVmPoints(tx, vmId);
  },

  async look(ctx, tx, input): Promise<Look> {
    const { vm, policy, before, effect, days } = await judgeMove(ctx, tx, input);
    const { removed, sooner } = effect;
    return {
      needed: removed.length + sooner.length > 0,
      items: [{ vmId: vm.id, pointId: null }],
      targets: [{ kind: "vm", vm }],
      target: { type: "vm", id: vm.id, name: `${vm.name}: ${policy.name}` },
      policyId: null,
      circumstances: {
        protection: digestOf(before && [before.id, before.policyId, before.state, before.excludedDisks]),
        policy: digestOf([policy.id, policy.current.version]),
      },
      effect: { ...noEffect, vms: 1, points: removed.length, sooner: sooner.length, undoDays: days },
    };
  },

  async run(ctx, tx, { input }): Promise<Done<Moved>> {
    const { vm, policy, effect } = await judgeMove(ctx, tx, input);
    const { events, jobId } = await protectIn(ctx, tx, {
      vm,
      policy,
      excludedDisks: input.excludedDisks,
      effect,
    });
    await notify(tx, "inventory", { vmId: vm.id });
    return { result: { jobId }, events };
  },
};

interface JudgedMove {
  readonly vm: StoredVm;
  readonly policy: PolicyRow;
  readonly before: ProtectionRow | null;
  readonly effect: RuleEffect;
  /** For which removed points can be brought back. */
  readonly days: number;
}

/** Everything that can refuse a policy for a VM. */
async function judgeMove(ctx: SignedInContext, tx: Tx, input: Move): Promise<JudgedMove> {
  const [vm] = await findVms(tx, seen(ctx), input.vmId);
  if (vm === undefined) throw unknownVm(input.vmId);
  const { access } = ctx.who;
  mustBeAllowed(access, "protection:write", { kind: "vm", vm });
  if (vm.deletedAt !== null) throw goneFromAzure(vm);
  const policy = await requirePolicy(tx, input.policyId, policySight(ctx));
  const { document } = policy.current;
  checkDisks(vm, { excluded: input.excludedDisks, rules: document.consistency });
  await mustReach(tx, policy, vm);
  const before = await getProtection(tx, vm.id);
  mustTakeVms(policy, before);
  const guardrails = await holdGuardrails(tx);
  const effect = await effectOnVm(tx, { vm, policy, before, guardrails });
  const [removed, sooner] = [effect.removed.length, effect.sooner.length];
  if (removed + sooner > 0) mustMayShorten(access, [{ vm, removed, sooner }]);
  // A VM that is under the policy already keeps its backups.
  if (before?.state !== "active" || before.policyId !== policy.id)
    mustKeepGuardrails(policyViolations(document, guardrails));
  const days = undoDays(document, retentionFloor(guardrails).softDeleteDays);
  return { vm, policy, before, effect, days };
}

interface Wanted extends Pick<JudgedMove, "vm" | "policy" | "effect"> {
  readonly excludedDisks: readonly string[];
}

async function protectIn(
  ctx: SignedInContext,
  tx: Tx,
  { vm, policy, effect, excludedDisks }: Wanted,
): Promise<{ readonly events: readonly VmEvent[]; readonly jobId: string | null }> {
  const { before, now } = await setProtection(
    tx,
    { vmId: vm.id, policyId: policy.id, excludedDisks, by: ctx.who.actor },
    ctx.api.clock,
  );
  const begins = before?.state !== "active";
  const event: VmEvent = {
    kind: begins ? "vm.protected" : "protection.changed",
    actor: ctx.who.actor,
    target: { type: "vm", id: vm.id, name: vm.name },
    vmId: vm.id,
    data: {
      before: before === null ? null : await describe(tx, before),
      after: await describe(tx, now),
      effect: { removed: effect.removed.length, sooner: effect.sooner.length },
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
