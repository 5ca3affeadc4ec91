import {
  countFleet,
  fleetFacets,
  getFleetVm,
  getProtection,
  listFleet,
  listPolicies,
  type ProtectionRow,
  type VmRow as StoredVm,
} from "@kluis/db";
import { describePolicy, KluisError, nextOccurrences } from "@kluis/domain";
import { type SignedInContext, seen } from "../context.ts";
import { lookupVm, mayOn } from "../lookup.ts";
import { fleetLook } from "../policies/facts.ts";
import { iso, statusReason, vmRow } from "../shape.ts";
import type { Page, Ref, VmDiskView, VmFacets, VmRow, VmView } from "../views/index.ts";
import { readHistory } from "./history.ts";
import type { ListVmsInput } from "./inputs.ts";

export async function listVms(ctx: SignedInContext, input: ListVmsInput): Promise<Page<VmRow>> {
  const { sort, direction, page, pageSize, ...filter } = input;
  const { rows, total } = await listFleet(ctx.api.db.prisma, await fleetLook(ctx), {
    filter,
    order: { sort, direction, page, pageSize },
  });
  return { rows: rows.map(vmRow), total, page, pageSize };
}

export async function getVm(ctx: SignedInContext, ref: string): Promise<VmView> {
  const { prisma } = ctx.api.db;
  const vm = await lookupVm(ctx, ref);
  const row = await getFleetVm(prisma, await fleetLook(ctx), vm.id);
  if (row === null) {
    throw new KluisError("VM_NOT_FOUND", {
      reason: "unknown",
      message: `There is no virtual machine "${ref}".`,
      params: { vm: ref },
    });
  }
  const protection = await getProtection(prisma, vm.id);
  return {
    ...vmRow(row),
    azureVmId: vm.azureVmId,
    firstSeenAt: iso(vm.firstSeenAt),
    lastSeenAt: iso(vm.lastSeenAt),
    disks: vm.disks.map((disk) => diskView(disk, protection)),
    protection: protection === null ? null : await protectionView(ctx, protection),
    statusReason: statusReason(row),
    history: await readHistory(ctx, vm.id),
    can: {
      backup: mayOn(ctx, "backup:run", vm),
      protect: mayOn(ctx, "protection:write", vm),
      download: mayOn(ctx, "restore:files", vm),
      restore: mayOn(ctx, "restore:disks", vm),
      deletePoints: mayOn(ctx, "point:delete", vm),
    },
  };
}

function diskView(disk: StoredVm["disks"][number], protection: ProtectionRow | null): VmDiskView {
  const { key, name, bytes, sku, resourceId, unsupported } = disk;
  const excluded = protection?.excludedDisks.includes(key) ?? false;
  return { key, name, bytes, sku, resourceId, unsupported, excluded };
}

async function protectionView(
  ctx: SignedInContext,
  protection: ProtectionRow,
): Promise<NonNullable<VmView["protection"]>> {
  const policies = await listPolicies(ctx.api.db.prisma, "all");
  const policy = policies.find((one) => one.id === protection.policyId);
  const document = policy?.current.document;
  const [next] = document === undefined ? [] : nextOccurrences(document.schedule, ctx.api.clock.now(), 1);
  return {
    policy: { id: protection.policyId, name: policy?.name ?? protection.policyId },
    state: protection.state,
    since: iso(protection.since),
    stoppedAt: iso(protection.stoppedAt),
    excludedDisks: protection.excludedDisks,
    nextRunAt: next === undefined || protection.state === "stopped" ? null : iso(next),
    policySentence: document === undefined ? "" : describePolicy(document),
    extensionReadyAt: iso(protection.extensionReadyAt),
    guestChanges: protection.guestChanges,
  };
}

export async function vmFacets(ctx: SignedInContext): Promise<VmFacets> {
  const { prisma } = ctx.api.db;
  const rows = await fleetFacets(prisma, seen(ctx));
  const named = (kind: string): Ref[] =>
    rows.filter((row) => row.kind === kind).map(({ id, name }) => ({ id, name }));
  return {
    subscriptions: named("subscription"),
    resourceGroups: named("resource-group").map((group) => group.name),
    policies: named("policy"),
    statuses: await countFleet(prisma, await fleetLook(ctx)),
  };
}
