/** The sums of a report, counted over its rows. */
import type { PointReportRow, PointReportTotals } from "@kluis/db";

type ByteSum = "logicalBytes" | "movedBytes" | "storedBytes";

/** Counts rows as they pass, so that a report's totals are those of its rows by construction. */
export class PointTotals {
  readonly #vms = new Set<string>();
  #counts: Omit<PointReportTotals, ByteSum> = {
    points: 0,
    vms: 0,
    application: 0,
    file: 0,
    crash: 0,
    softDeleted: 0,
    deleted: 0,
    pinned: 0,
    verified: 0,
    damaged: 0,
    deadlinesMissed: 0,
  };
  // Exact while they grow and rounded once at the end, as in the database.
  #bytes: Readonly<Record<ByteSum, bigint>> = { logicalBytes: 0n, movedBytes: 0n, storedBytes: 0n };

  add({ identity, policy, capture, transfer, lifecycle, integrity }: PointReportRow): void {
    this.#vms.add(identity.vmId);
    const before = this.#counts;
    this.#counts = {
      ...before,
      points: before.points + 1,
      vms: this.#vms.size,
      [capture.consistencyReached]: before[capture.consistencyReached] + 1,
      softDeleted: before.softDeleted + Number(lifecycle.state === "soft-deleted"),
      pinned: before.pinned + Number(policy.pinnedAt !== null),
      deleted: before.deleted + Number(lifecycle.state === "deleted"),
      damaged: before.damaged + Number(lifecycle.state === "damaged"),
      verified: before.verified + Number(integrity.lastVerifyOk === true),
      deadlinesMissed: before.deadlinesMissed + Number(transfer.deadlineMet === false),
    };
    this.#bytes = {
      logicalBytes: this.#bytes.logicalBytes + BigInt(transfer.logicalBytes),
      movedBytes: this.#bytes.movedBytes + BigInt(transfer.movedBytes),
      storedBytes: this.#bytes.storedBytes + BigInt(transfer.storedBytes),
    };
  }

  get totals(): PointReportTotals {
    const { logicalBytes, movedBytes, storedBytes } = this.#bytes;
    return {
      ...this.#counts,
      logicalBytes: Number(logicalBytes),
      movedBytes: Number(movedBytes),
      storedBytes: Number(storedBytes),
    };
  }
}
