/** What a VM's points lose when it comes under a policy, and whether the policy may govern the VM. */
import {
  databaseNow,
  findPolicy,
  getProtection,
  type PolicyRow,
  type ProtectionRow,
  readGuardrails,
  requirePolicy,
  ruledPoints,
  type StoredVm,
  type Tx,
  teamsOfVm,
} from "@kluis/db";
import {
  can,
  type Guardrails,
  KluisError,
  policyViolations,
  type RuleEffect,
  retentionFloor,
  ruleEffect,
  undoDays,
} from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { violationViews } from "../guardrails/facts.ts";
import { lookupVmFor } from "../lookup.ts";
import { policySight } from "../policies/facts.ts";
import type { PreviewProtectionInput } from "./inputs.ts";
import type { protectionPreview } from "./view.ts";

/** Points that a preview lists; its counts are exact. */
const LISTED = 20;

/** What the policy takes of the points of a VM that is, or was, under `before`. */
export async function effectOnVm(
  tx: Tx,
  {
    vm,
    policy,
    before,
    guardrails,
  }: {
    readonly vm: StoredVm;
    readonly policy: PolicyRow;
    readonly before: ProtectionRow | null;
    readonly guardrails: Guardrails;
  },
): Promise<RuleEffect & { readonly points: number; readonly takenAt: (id: string) => Date | undefined }> {
  const points = (await ruledPoints(tx, [vm.id])).get(vm.id) ?? [];
  const former = before?.state === "active" ? await findPolicy(tx, before.policyId) : null;
  const effect = ruleEffect(points, {
    before: former?.current.document ?? null,
    after: policy.current.document,
    now: await databaseNow(tx),
    leastDays: retentionFloor(guardrails).shortestDays,
  });
  const taken = new Map(points.map(({ id, takenAt }) => [id, takenAt]));
  return { ...effect, points: points.length, takenAt: (id) => taken.get(id) };
}

/** Whether the policy may govern the VM: it is offered to every team, or its team reaches the VM. */
async function isInReach(tx: Tx, policy: PolicyRow, vm: StoredVm): Promise<boolean> {
  return policy.team === null || (await teamsOfVm(tx, vm.id)).includes(policy.team.id);
}

/** @throws KluisError FORBIDDEN for a VM beyond the scopes of the policy's team */
export async function mustReach(tx: Tx, policy: PolicyRow, vm: StoredVm): Promise<void> {
  if (await isInReach(tx, policy, vm)) return;
  const team = policy.team?.name ?? "";
  throw new KluisError("FORBIDDEN", {
    reason: "policy-reach",
    message: `The policy ${policy.name} belongs to the team ${team}, whose scopes do not contain ${vm.name}.`,
    action: "Choose a policy of a team that reaches the machine, or one that is offered to every team.",
    params: { policy: policy.name, team, vm: vm.name },
  });
}

/** @throws KluisError VM_NOT_FOUND, POLICY_NOT_FOUND, FORBIDDEN */
export async function previewProtection(
  ctx: SignedInContext,
  input: PreviewProtectionInput,
): Promise<z.input<typeof protectionPreview>> {
  const vm = await lookupVmFor(ctx, "protection:write", input.vm);
  const { prisma } = ctx.api.db;
  const policy = await requirePolicy(prisma, input.policy, policySight(ctx));
  const before = await getProtection(prisma, vm.id);
  const guardrails = await readGuardrails(prisma);
  const { removed, sooner, points, takenAt } = await effectOnVm(prisma, {
    vm,
    policy,
    before,
    guardrails,
  });
  return {
    vm,
    policy,
    points,
    removed: removed.length,
    sooner: sooner.length,
    undoDays: undoDays(policy.current.document, retentionFloor(guardrails).softDeleteDays),
    rows: removed.slice(0, LISTED).flatMap((id) => {
      const at = takenAt(id);
      return at === undefined ? [] : [{ id, takenAt: at }];
    }),
    allowed: can(ctx.who.access, "retention:shorten", { kind: "vm", vm }),
    inReach: await isInReach(prisma, policy, vm),
    violations: violationViews(policyViolations(policy.current.document, guardrails)),
    retired: policy.retiredAt !== null,
  };
}
