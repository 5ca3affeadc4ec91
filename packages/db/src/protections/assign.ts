/** How a VM comes under a policy: the checks and the change that users and assignment rules share. */
import {
  type Access,
  type Actor,
  type Clock,
  goneFromAzure,
  KluisError,
  type LedgerDraft,
  manualDeadline,
  mustBeAllowed,
  mustBeProtectable,
  mustKeepGuardrails,
  mustMayShorten,
  mustTakeVms,
  policyViolations,
  type Ref,
  type RuleEffect,
  retentionFloor,
  ruleEffect,
  undoDays,
} from "@kluis/domain";
import { mustBeConnected } from "../connections/read.ts";
import { holdGuardrails } from "../guardrails/read.ts";
import { createJob, openBackupJob } from "../jobs/write.ts";
import { ruledPoints } from "../policies/governed.ts";
import { findPolicy, listPolicies, type PolicyRow } from "../policies/read.ts";
import { teamsOfVm } from "../teams/work.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import type { StoredVm } from "../vms/write.ts";
import { getProtection, type ProtectionRow, setProtection } from "./write.ts";

export interface Assignment {
  readonly vm: StoredVm;
  readonly policy: PolicyRow;
  readonly excludedDisks: readonly string[];
}

/** What the policy takes of the points of a VM that is, or was, under `before`. */
export async function effectOnVm(
  tx: Tx,
  {
    vm,
    policy,
    before,
    leastDays,
  }: {
    readonly vm: Ref;
    readonly policy: PolicyRow;
    readonly before: ProtectionRow | null;
    /** The guardrail `retention.shortestDays`; 0: none. */
    readonly leastDays: number;
  },
): Promise<RuleEffect & { readonly points: number; readonly takenAt: (id: string) => Date | undefined }> {
  const points = (await ruledPoints(tx, [vm.id])).get(vm.id) ?? [];
  const former = before?.state === "active" ? await findPolicy(tx, before.policyId) : null;
  const effect = ruleEffect(points, {
    before: former?.current.document ?? null,
    after: policy.current.document,
    now: await databaseNow(tx),
    leastDays,
  });
  const taken = new Map(points.map(({ id, takenAt }) => [id, takenAt]));
  return { ...effect, points: points.length, takenAt: (id) => taken.get(id) };
}

/** Whether the policy may govern the VM: it is offered to every team, or its team reaches the VM. */
export async function isInReach(tx: Tx, policy: PolicyRow, vm: Ref): Promise<boolean> {
  return policy.team === null || (await teamsOfVm(tx, vm.id)).includes(policy.team.id);
}

/** @throws KluisError FORBIDDEN for a VM beyond the scopes of the policy's team */
async function mustReach(tx: Tx, policy: PolicyRow, vm: Ref): Promise<void> {
  if (await isInReach(tx, policy, vm)) return;
  const team = policy.team?.name ?? "";
  throw new KluisError("FORBIDDEN", {
    reason: "policy-reach",
    message: `The policy ${policy.name} belongs to the team ${team}, whose scopes do not contain ${vm.name}.`,
    action: "Choose a policy of a team that reaches the machine, or one that is offered to every team.",
    params: { policy: policy.name, team, vm: vm.name },
  });
}

export interface JudgedAssignment extends Assignment {
  readonly before: ProtectionRow | null;
  readonly effect: RuleEffect;
  /** For which removed points can be brought back. */
  readonly days: number;
}

/**
 * Everything that can refuse a policy for a VM. Call it in the transaction that assigns, after `holdGuardrails`, `holdPolicy` and
 * `holdVmPoints`.
 * @param access the rights of now of the user who decides
 * @throws KluisError FORBIDDEN, VM_NOT_FOUND, DISK_NOT_FOUND, DISK_NOT_SUPPORTED, INPUT_INVALID, GUARDRAIL; CONFLICT for a retired policy
 */
export async function judgeAssignment(
  tx: Tx,
  { access, ...assignment }: Assignment & { readonly access: Access },
): Promise<JudgedAssignment> {
  const { vm, policy, excludedDisks } = assignment;
  mustBeAllowed(access, "protection:write", { kind: "vm", vm });
  if (vm.deletedAt !== null) throw goneFromAzure(vm);
  const { document } = policy.current;
  mustBeProtectable(vm, { excluded: excludedDisks, rules: document.consistency });
  await mustReach(tx, policy, vm);
  const before = await getProtection(tx, vm.id);
  mustTakeVms(policy, before);
  const guardrails = await holdGuardrails(tx);
  const floor = retentionFloor(guardrails);
  const effect = await effectOnVm(tx, { vm, policy, before, leastDays: floor.shortestDays });
  const [removed, sooner] = [effect.removed.length, effect.sooner.length];
  if (removed + sooner > 0) mustMayShorten(access, [{ vm, removed, sooner }]);
  // A VM that is under the policy already keeps its backups.
  if (before?.state !== "active" || before.policyId !== policy.id)
    mustKeepGuardrails(policyViolations(document, guardrails));
  return { ...assignment, before, effect, days: undoDays(document, floor.softDeleteDays) };
}

/** An event about a VM; the caller adds the teams that reach it. */
export type VmDraft = Omit<LedgerDraft, "teamIds">;

/** Who assigns. */
export interface Assigner {
  /** The author of the events, and of the first backup. */
  readonly actor: Actor;
  /** Named when the rules of the policy remove points. Default: the actor. */
  readonly assignedBy?: Actor;
  /** The assignment rule that does so. */
  readonly rule?: Ref & { readonly version: number };
}

/**
 * Puts a VM under a policy after `judgeAssignment`, and starts its first backup when it was not protected.
 * @throws KluisError CONNECTION_UNUSABLE when no backup can start
 */
export async function assign(
  tx: Tx,
  { vm, policy, effect, excludedDisks }: Pick<JudgedAssignment, "vm" | "policy" | "effect" | "excludedDisks">,
  { actor, assignedBy, rule, clock }: Assigner & { readonly clock: Clock },
): Promise<{ readonly events: readonly VmDraft[]; readonly jobId: string | null }> {
  const { before, now } = await setProtection(
    tx,
    { vmId: vm.id, policyId: policy.id, excludedDisks, by: assignedBy ?? actor, ruleId: rule?.id ?? null },
    clock,
  );
  const begins = before?.state !== "active";
  const event: VmDraft = {
    kind: begins ? "vm.protected" : "protection.changed",
    actor,
    target: { type: "vm", id: vm.id, name: vm.name },
    vmId: vm.id,
    data: {
      before: before === null ? null : await describe(tx, before),
      after: await describe(tx, now),
      effect: { removed: effect.removed.length, sooner: effect.sooner.length },
      ...(rule && { rule: rule.name, ruleVersion: rule.version, savedBy: assignedBy?.name }),
    },
  };
  // The first backup would fail. A change of a protected VM starts no job, so it waits for no connection.
  if (begins) await mustBeConnected(tx, vm.subscriptionId);
  const open = begins ? await openBackupJob(tx, vm.id) : null;
  if (!begins || open !== null) return { events: [event], jobId: open };
  const job = await addBackup(tx, { vm, policy, trigger: "protect", actor }, clock);
  return { events: [event, job.event], jobId: job.jobId };
}

/**
 * Adds the job of a backup and returns it with the event that records it. No other backup of the VM
 * may be running.
 */
export async function addBackup(
  tx: Tx,
  what: {
    readonly vm: Ref;
    readonly policy: PolicyRow;
    readonly trigger: "manual" | "protect";
    readonly actor: Actor;
  },
  clock: Clock,
): Promise<{ readonly jobId: string; readonly event: VmDraft }> {
  const { vm, policy, trigger, actor } = what;
  const job = { kind: "backup", vmId: vm.id, policyVersionId: policy.current.id, trigger, actor } as const;
  const jobId = await createJob(tx, { ...job, deadlineAt: manualDeadline(clock.now()) }, clock);
  const event: VmDraft = {
    kind: "job.created",
    actor,
    target: { type: "job", id: jobId, name: `backup of ${vm.name}` },
    vmId: vm.id,
    data: { jobKind: "backup", trigger, policy: policy.name, policyVersion: policy.current.version },
  };
  return { jobId, event };
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
