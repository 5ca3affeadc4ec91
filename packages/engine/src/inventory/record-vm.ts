/** Stores a VM as Azure describes it, with a ledger event when it is new or changed. */
import { type DiskFinding, refusalOf, type VmDetails, vmFactsOf } from "@kluis/azure";
import {
  appendEvents,
  type DiscoveredVm,
  inTransaction,
  listPredecessors,
  notify,
  type Tx,
  teamsOfVm,
  upsertVm,
} from "@kluis/db";
import { engineActor, type LedgerDraft } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

/** @returns the id of the VM's row */
export function recordVm(
  deps: Pick<EngineDeps, "db" | "clock">,
  vm: VmDetails,
  findings: readonly DiskFinding[],
): Promise<string> {
  // The inventory shows the refusals of the best snapshot, and the backup may have requested a crash-consistent one.
  const disks = findings.map((one) => ({
    ...one,
    refusal: refusalOf(one.ref, one.facts, { crashConsistent: false }),
  }));
  const facts: DiscoveredVm = { ...vmFactsOf(vm, disks), configuration: vm.configuration };
  return inTransaction(deps.db, async (tx) => {
    const predecessors = await listPredecessors(tx, facts);
    const { id, change, before } = await upsertVm(tx, facts, deps.clock);
    await notify(tx, "inventory", { vmId: id });
    if (change === "unchanged") return id;
    const replaced = await Promise.all(predecessors.map((old) => replacedEvent(tx, old, id)));
    const event: LedgerDraft = {
      kind: change === "discovered" ? "vm.discovered" : "vm.changed",
      actor: engineActor,
      target: { type: "vm", id, name: facts.name },
      vmId: id,
      teamIds: await teamsOfVm(tx, id),
      data: { now: currentFacts(facts), ...(before === null ? {} : { was: previousFacts(before) }) },
    };
    await appendEvents(tx, deps.clock, [...replaced, event]);
    return id;
  });
}

type Described = Pick<DiscoveredVm, "size" | "disks">;

function previousFacts({ size, disks }: Described) {
  return { size, disks: disks.map(({ key, name, bytes }) => ({ key, name, bytes })) };
}

function currentFacts(facts: DiscoveredVm) {
  const { location, resourceGroup } = facts;
  return { ...previousFacts(facts), location, resourceGroup };
}

async function replacedEvent(
  tx: Tx,
  old: { readonly id: string; readonly name: string },
  replacedBy: string,
): Promise<LedgerDraft> {
  return {
    kind: "vm.deleted",
    actor: engineActor,
    target: { type: "vm", id: old.id, name: old.name },
    vmId: old.id,
    teamIds: await teamsOfVm(tx, old.id),
    data: { replacedBy },
  };
}
