/** Stores a VM as Azure describes it, with a ledger event when it is new or changed. */
import { type DiskFinding, type ListedVm, type VmDetails, vmFactsOf } from "@kluis/azure";
import {
  appendEvents,
  type DiscoveredVm,
  findMovedVm,
  findStoredVm,
  inTransaction,
  listPredecessors,
  markVmDeleted,
  notify,
  type StoredVm,
  type Tx,
  teamsOfVm,
  upsertVm,
} from "@kluis/db";
import { type ErrorInfo, engineActor, type LedgerDraft, notice, noticeText } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { formerPlaceOf } from "./moved.ts";

type RecordDeps = Pick<EngineDeps, "db" | "azure" | "clock">;

/** @returns the id of the VM's row */
export function recordVm(
  deps: RecordDeps,
  vm: ListedVm | VmDetails,
  findings: readonly DiskFinding[],
): Promise<string> {
  return recordFacts(deps, {
    ...vmFactsOf(vm, findings),
    ...("configuration" in vm ? { configuration: vm.configuration } : {}),
  });
}

/**
 * Stores what is known of a VM whose disks could not be read. Disks that are stored stay as they are; those of a new VM cannot be
 * backed up until they can be read.
 * @returns the id of the VM's row
 */
export async function recordVmWithoutDisks(
  deps: RecordDeps,
  vm: ListedVm,
  problem: ErrorInfo,
): Promise<string> {
  const facts = vmFactsOf(vm, []);
  const known =
    (await findStoredVm(deps.db.prisma, vm)) ?? (await findMovedVm(deps.db.prisma, { ...facts, disks: [] }));
  return recordFacts(deps, { ...facts, disks: known?.disks ?? unreadDisks(vm), problem });
}

function unreadDisks(vm: ListedVm): DiscoveredVm["disks"] {
  const unread = notice("disk-not-readable", {});
  const refs = vm.diskRefs.map((ref) => ({ ref, facts: null, raw: null }));
  return vmFactsOf(vm, refs).disks.map((disk) =>
    disk.storage === "managed"
      ? { ...disk, unsupported: noticeText(unread), unsupportedNotice: unread }
      : disk,
  );
}

async function recordFacts(
  deps: RecordDeps,
  facts: DiscoveredVm & { readonly problem?: ErrorInfo },
): Promise<string> {
  const former = await formerPlaceOf(deps, facts);
  // Until the VM has left its place, that place is the one that jobs use.
  if (former.kind === "still-there") return former.at.id;
  return inTransaction(deps.db, async (tx) => {
    const predecessors = await listPredecessors(tx, facts);
    // An event reaches the teams of both places.
    const teamsBefore = former.kind === "moved" ? await teamsOfVm(tx, former.from.id) : [];
    const stored = former.kind === "moved" ? { ...facts, moved: former.from } : facts;
    const { id, change, before } = await upsertVm(tx, stored, deps.clock);
    await notify(tx, "inventory", { vmId: id });
    if (change === "unchanged") return id;
    const replaced = await Promise.all(predecessors.map((old) => deletedEvent(tx, old, { replacedBy: id })));
    const event: LedgerDraft = {
      kind: `vm.${change}`,
      actor: engineActor,
      target: { type: "vm", id, name: facts.name },
      vmId: id,
      teamIds: [...new Set([...teamsBefore, ...(await teamsOfVm(tx, id))])],
      data: {
        now: currentFacts(facts),
        ...(before === null
          ? {}
          : { was: change === "moved" ? currentFacts(before) : previousFacts(before) }),
      },
    };
    await appendEvents(tx, deps.clock, [...replaced, event]);
    return id;
  });
}

type Described = Pick<DiscoveredVm, "size" | "disks">;

function previousFacts({ size, disks }: Described) {
  return { size, disks: disks.map(({ key, name, bytes }) => ({ key, name, bytes })) };
}

function currentFacts(facts: DiscoveredVm | StoredVm) {
  const { location, resourceGroup, subscriptionId } = facts;
  return { ...previousFacts(facts), location, resourceGroup, subscriptionId };
}

/** The event of a VM that no longer exists in Azure. */
export async function deletedEvent(
  tx: Tx,
  vm: { readonly id: string; readonly name: string },
  data: { readonly replacedBy?: string } = {},
): Promise<LedgerDraft> {
  return {
    kind: "vm.deleted",
    actor: engineActor,
    target: { type: "vm", id: vm.id, name: vm.name },
    vmId: vm.id,
    teamIds: await teamsOfVm(tx, vm.id),
    data,
  };
}

/** Marks a VM that a job did not find, so that its status does not wait for the next discovery. */
export async function recordGone(
  tx: Tx,
  deps: Pick<EngineDeps, "clock">,
  vm: { readonly id: string; readonly name: string },
): Promise<void> {
  if (!(await markVmDeleted(tx, vm.id, deps.clock.now()))) return;
  await notify(tx, "inventory", { vmId: vm.id });
  await appendEvents(tx, deps.clock, [await deletedEvent(tx, vm)]);
}
