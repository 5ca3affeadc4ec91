import {
  countFleet,
  findPolicy,
  fleetFacets,
  getFleetVm,
  getProtection,
  listAttentionOfVm,
  listDiskTrust,
  listFleet,
  listPolicies,
  listReachedLevels,
  listVmSnapshots,
  type PolicyRow,
  type ProtectionRow,
  readVmCopies,
  type StoredVm,
  type VmRow,
} from "@kluis/db";
import {
  type ConsistencyRules,
  describePolicy,
  downgradesCounted,
  downgradesOf,
  type SuitabilityFinding,
  type SuitabilitySign,
  suitabilityOf,
  suitabilitySign,
} from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import { lookupVm, mayOn, unknownVm } from "../lookup.ts";
import { fleetScope, nextRunOf, scopeOf } from "../policies/facts.ts";
import { readHistory } from "./history.ts";
import type { ListVmsInput } from "./inputs.ts";
import { statusReason } from "./status.ts";
import { worded } from "./suitability.ts";
import type { facetsView, vmPage, vmView } from "./view.ts";

export async function listVms(ctx: SignedInContext, input: ListVmsInput): Promise<z.input<typeof vmPage>> {
  const { sort, direction, page, pageSize, ...filter } = input;
  const order = { sort, direction, page, pageSize };
  const policies = await listPolicies(ctx.api.db.prisma, "all");
  const list = await listFleet(ctx.api.db.prisma, scopeOf(ctx, policies), { filter, order });
  const rules = new Map(policies.map(({ id, current }) => [id, current.document.consistency]));
  const rows = list.rows.map((row) => ({ ...row, suitability: signOf(row, rules) }));
  return { ...list, rows, page, pageSize };
}

function signOf(row: VmRow, rules: ReadonlyMap<string, ConsistencyRules>): SuitabilitySign | null {
  const included = row.disks.map(({ key }) => key).filter((key) => !row.excludedDisks.includes(key));
  return suitabilitySign(findingsOf(row, rules), included);
}

function findingsOf(
  row: VmRow,
  rulesOfPolicies: ReadonlyMap<string, ConsistencyRules>,
): readonly SuitabilityFinding[] {
  if (row.status === "deleted") return [];
  const rules = row.policy === null ? undefined : rulesOfPolicies.get(row.policy.id);
  return suitabilityOf(row, { rules, excluded: row.excludedDisks });
}

/** One VM has a row for each kind, and one for each disk or resource of some kinds. */
const RAISED_SHOWN = 50;

/** Most VMs keep a week of them. */
const SNAPSHOTS_SHOWN = 100;

/** @throws KluisError VM_NOT_FOUND, CONFLICT when the name fits several VMs */
export async function getVm(ctx: SignedInContext, ref: string): Promise<z.input<typeof vmView>> {
  const { prisma } = ctx.api.db;
  const vm = await lookupVm(ctx, ref);
  const protection = await getProtection(prisma, vm.id);
  const policy = protection === null ? null : await findPolicy(prisma, protection.policyId);
  const row = await getFleetVm(prisma, scopeOf(ctx, policy === null ? [] : [policy]), vm.id);
  if (row === null) throw unknownVm(ref);
  const why = statusReason(row);
  const rules = new Map(policy === null ? [] : [[policy.id, policy.current.document.consistency]]);
  return {
    ...row,
    suitability: worded(findingsOf(row, rules)),
    disks: vm.disks.map((disk) => ({
      ...disk,
      excluded: protection?.excludedDisks.includes(disk.key) ?? false,
    })),
    lists: (await listDiskTrust(prisma, vm.id)).map(
      ({ diskUniqueId, name, deltas, confirmed, confirmedAt, turnedOffAt, wrongList }) => ({
        diskUniqueId,
        name,
        deltas,
        confirmed,
        confirmedAt,
        turnedOffAt,
        wrongList,
      }),
    ),
    snapshots: await listVmSnapshots(prisma, vm.id, SNAPSHOTS_SHOWN),
    downgrades: downgradesOf(await listReachedLevels(prisma, vm.id, downgradesCounted)),
    protection: protection === null ? null : protectionOf(ctx, protection, policy),
    statusReason: why.reason,
    statusReasonNotice: why.notice,
    raised: await listAttentionOfVm(prisma, vm.id, RAISED_SHOWN),
    copies: await readVmCopies(prisma, vm.id),
    history: await readHistory(ctx, vm.id),
    can: rightsOn(ctx, vm),
  };
}

function protectionOf(
  ctx: SignedInContext,
  protection: ProtectionRow,
  policy: PolicyRow | null,
): z.input<typeof vmView>["protection"] {
  const document = policy?.current.document;
  const isPlanned = document !== undefined && protection.state !== "stopped";
  return {
    ...protection,
    policy: { id: protection.policyId, name: policy?.name ?? protection.policyId },
    nextRunAt: isPlanned ? nextRunOf(document, ctx.api.clock.now()) : null,
    policySentence: document === undefined ? "" : describePolicy(document),
    policyDocument: document ?? null,
  };
}

function rightsOn(ctx: SignedInContext, vm: StoredVm): z.input<typeof vmView>["can"] {
  return {
    backup: mayOn(ctx, "backup:run", vm),
    protect: mayOn(ctx, "protection:write", vm),
    download: mayOn(ctx, "restore:files", vm),
    restore: mayOn(ctx, "restore:disks", vm),
    deletePoints: mayOn(ctx, "point:delete", vm),
  };
}

export async function vmFacets(ctx: SignedInContext): Promise<z.input<typeof facetsView>> {
  const { prisma } = ctx.api.db;
  const facets = await fleetFacets(prisma, seen(ctx));
  return { ...facets, statuses: await countFleet(prisma, await fleetScope(ctx)) };
}
