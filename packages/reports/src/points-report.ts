import {
  type Db,
  noTotals,
  type PointReportData,
  type PointReportScope,
  type PointReportTotals,
  sumReportPoints,
  walkReportPoints,
} from "@kluis/db";
import type { Actor, Consistency } from "@kluis/domain";

/** ISO 8601 in UTC. */
type Instant = string;

/**
 * One recovery point in a report: every fact that is recorded of it, in blocks. Times are ISO 8601 in UTC, amounts bytes.
 * `null` means: not so, or not recorded.
 */
export interface PointReportRow {
  readonly identity: {
    readonly pointId: string;
    readonly vmId: string;
    /** Of the VM as it was when the point was taken. */
    readonly vmName: string;
    readonly vmResourceId: string | null;
    readonly tags: Readonly<Record<string, string>>;
    readonly subscriptionId: string | null;
    readonly resourceGroup: string | null;
    readonly location: string | null;
    readonly osType: string | null;
    readonly teams: readonly string[];
    readonly excludedDisks: readonly {
      readonly key: string;
      readonly name: string;
      readonly reason: string;
    }[];
  };
  readonly policy: {
    readonly id: string | null;
    readonly name: string | null;
    readonly version: number | null;
    readonly occurrenceDueAt: Instant | null;
    readonly tiers: readonly string[];
    readonly expiresAt: Instant | null;
    readonly pinnedAt: Instant | null;
  };
  readonly capture: {
    readonly jobId: string;
    readonly trigger: string;
    readonly actor: Actor;
    readonly takenAt: Instant;
    readonly snapshotStartedAt: Instant;
    readonly snapshotEndedAt: Instant;
    readonly consistencyWanted: Consistency;
    readonly consistencyReached: Consistency;
    readonly consistencyReason: string | null;
    readonly azureConsistency: string;
    readonly snapshotIds: readonly string[];
    readonly snapshotRemovedAt: Instant | null;
    readonly instantRestoreUntil: Instant | null;
  };
  readonly transfer: {
    readonly startedAt: Instant;
    readonly endedAt: Instant;
    readonly logicalBytes: number;
    /** 0 where changed ranges were read: they say nothing of what else is allocated. */
    readonly allocatedBytes: number;
    readonly readBytes: number;
    readonly changedBytes: number;
    readonly movedBytes: number;
    readonly storedBytes: number;
    readonly chunksNew: number;
    readonly chunksReused: number;
    readonly retries: number;
    /** Since the VM's previous point: the recovery point objective that was reached. */
    readonly gapSeconds: number | null;
    readonly deadlineAt: Instant | null;
    readonly deadlineMet: boolean | null;
  };
  readonly disks: PointReportData["disks"];
  readonly integrity: {
    readonly manifestDigest: string;
    readonly lastVerifiedAt: Instant | null;
    readonly lastVerifyMode: string | null;
    readonly lastVerifyOk: boolean | null;
  };
  readonly protection: {
    readonly encryption: "AES-256-GCM";
    readonly keyId: string;
    readonly vaultId: string;
    readonly vaultName: string;
    readonly vaultKind: string;
  };
  readonly lifecycle: {
    readonly state: string;
    readonly createdAt: Instant;
    readonly deletedAt: Instant | null;
    readonly deletedBy: Actor | null;
    readonly deleteReason: string | null;
  };
  /** The event that recorded the point; null when the ledger has none (which is a finding in itself). */
  readonly ledger: {
    readonly seq: number;
    readonly at: Instant;
    readonly prevDigest: string;
    readonly digest: string;
  } | null;
}

/** The rows of a report, oldest point first, streamed. */
export async function* pointReportRows(
  db: Db,
  scope: PointReportScope,
  signal?: AbortSignal,
): AsyncGenerator<PointReportRow> {
  for await (const data of walkReportPoints(db, scope, signal)) yield toRow(data);
}

/** The report's figures without its rows; equal to what `PointTotals` counts over them. */
export function summarisePointReport(db: Db, scope: PointReportScope): Promise<PointReportTotals> {
  return sumReportPoints(db.prisma, scope);
}

/** Counts rows as they pass, so that a report's totals are those of its rows by construction. */
export class PointTotals {
  readonly #vms = new Set<string>();
  #counts: Omit<PointReportTotals, ByteSum> = noTotals;
  // Exact while they grow; rounded once, at the end, as the database's sums are.
  #bytes: Readonly<Record<ByteSum, bigint>> = { logicalBytes: 0n, movedBytes: 0n, storedBytes: 0n };

  add(row: PointReportRow): void {
    this.#vms.add(row.identity.vmId);
    const { capture, transfer, lifecycle, integrity } = row;
    const before = this.#counts;
    this.#counts = {
      ...before,
      points: before.points + 1,
      vms: this.#vms.size,
      [capture.consistencyReached]: before[capture.consistencyReached] + 1,
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

type ByteSum = "logicalBytes" | "movedBytes" | "storedBytes";

function instant(date: Date): Instant {
  return date.toISOString();
}

function maybe(date: Date | null): Instant | null {
  return date === null ? null : date.toISOString();
}

function toRow(data: PointReportData): PointReportRow {
  return {
    identity: identity(data),
    policy: {
      id: data.policyId,
      name: data.policyName,
      version: data.policyVersion,
      occurrenceDueAt: maybe(data.occurrenceDueAt),
      tiers: data.tiers,
      expiresAt: maybe(data.expiresAt),
      pinnedAt: maybe(data.pinnedAt),
    },
    capture: capture(data),
    transfer: transfer(data),
    disks: data.disks,
    integrity: {
      manifestDigest: data.manifestDigest,
      lastVerifiedAt: maybe(data.lastVerifiedAt),
      lastVerifyMode: data.lastVerifyMode,
      lastVerifyOk: data.lastVerifyOk,
    },
    protection: {
      encryption: "AES-256-GCM",
      keyId: data.keyId,
      vaultId: data.vaultId,
      vaultName: data.vaultName,
      vaultKind: data.vaultKind,
    },
    lifecycle: {
      state: data.state,
      createdAt: instant(data.createdAt),
      deletedAt: maybe(data.deletedAt),
      deletedBy: data.deletedBy,
      deleteReason: data.deleteReason,
    },
    ledger: data.event,
  };
}

function identity(data: PointReportData): PointReportRow["identity"] {
  const { vmFacts } = data;
  return {
    pointId: data.id,
    vmId: data.vmId,
    vmName: vmFacts.name ?? data.vmName,
    vmResourceId: vmFacts.resourceId ?? null,
    tags: vmFacts.tags ?? {},
    subscriptionId: vmFacts.subscriptionId ?? null,
    resourceGroup: vmFacts.resourceGroup ?? null,
    location: vmFacts.location ?? null,
    osType: vmFacts.osType ?? null,
    teams: data.teams,
    excludedDisks: data.excludedDisks ?? [],
  };
}

function capture(data: PointReportData): PointReportRow["capture"] {
  return {
    jobId: data.jobId,
    trigger: data.trigger,
    actor: data.actor,
    takenAt: instant(data.takenAt),
    snapshotStartedAt: instant(data.snapshotStartedAt),
    snapshotEndedAt: instant(data.snapshotEndedAt),
    consistencyWanted: data.consistencyWanted,
    consistencyReached: data.consistencyReached,
    consistencyReason: data.consistencyReason,
    azureConsistency: data.azureConsistency,
    snapshotIds: data.snapshotIds,
    snapshotRemovedAt: maybe(data.snapshotRemovedAt),
    instantRestoreUntil: maybe(data.instantRestoreUntil),
  };
}

function transfer(data: PointReportData): PointReportRow["transfer"] {
  return {
    startedAt: instant(data.transferStartedAt),
    endedAt: instant(data.transferEndedAt),
    logicalBytes: data.logicalBytes,
    allocatedBytes: data.allocatedBytes,
    readBytes: data.readBytes,
    changedBytes: data.changedBytes,
    movedBytes: data.movedBytes,
    storedBytes: data.storedBytes,
    chunksNew: data.chunksNew,
    chunksReused: data.chunksReused,
    retries: data.retries,
    gapSeconds: data.gapSeconds,
    deadlineAt: maybe(data.deadlineAt),
    deadlineMet: data.deadlineMet,
  };
}
