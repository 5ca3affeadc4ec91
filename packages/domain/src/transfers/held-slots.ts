/** The slots of the engines that teams and VMs hold. */
import { isBackground, type TransferClass } from "./transfer-class.ts";

/** Whose slot it is. */
interface Holder {
  readonly class: TransferClass;
  readonly team: string;
  readonly vmId: string;
}

/**
 * Slots held by teams and VMs, with those of transfers that wait for nothing more. Restores and backups see only their own: copies and
 * verifications take nothing from their shares.
 */
export class HeldSlots {
  readonly #urgent: SlotCounts;
  readonly #all: SlotCounts;

  constructor(from?: HeldSlots) {
    this.#urgent = copyOf(from === undefined ? undefined : from.#urgent);
    this.#all = copyOf(from === undefined ? undefined : from.#all);
  }

  /** `parts` below zero: they have ended. */
  add({ class: of, team, vmId }: Holder, parts: number): void {
    for (const { teams, vms } of isBackground[of] ? [this.#all] : [this.#all, this.#urgent]) {
      addTo(teams, team, parts);
      addTo(vms, vmId, parts);
    }
  }

  ofTeam({ class: of, team }: Pick<Holder, "class" | "team">): number {
    return (isBackground[of] ? this.#all : this.#urgent).teams.get(team) ?? 0;
  }

  ofVm({ class: of, vmId }: Pick<Holder, "class" | "vmId">): number {
    return (isBackground[of] ? this.#all : this.#urgent).vms.get(vmId) ?? 0;
  }
}

interface SlotCounts {
  readonly teams: Map<string, number>;
  readonly vms: Map<string, number>;
}

function copyOf(counts?: SlotCounts): SlotCounts {
  return { teams: new Map(counts?.teams), vms: new Map(counts?.vms) };
}

function addTo(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
