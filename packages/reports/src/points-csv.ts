import type { Db, PointReportScope } from "@kluis/db";
import { stringify } from "csv-stringify/sync";
import { type PointReportRow, pointReportRows } from "./points-report.ts";

type Cell = string | number | null;

/** Every column with its header, in order. Names stay: spreadsheets and scripts depend on them; new ones go to the end. */
const columns: readonly (readonly [header: string, value: (row: PointReportRow) => Cell])[] = [
  ["recovery_point_id", (row) => row.identity.pointId],
  ["vm", (row) => row.identity.vmName],
  ["vm_id", (row) => row.identity.vmId],
  ["vm_resource_id", (row) => row.identity.vmResourceId],
  ["tags", (row) => pairs(row.identity.tags)],
  ["subscription_id", (row) => row.identity.subscriptionId],
  ["resource_group", (row) => row.identity.resourceGroup],
  ["location", (row) => row.identity.location],
  ["os", (row) => row.identity.osType],
  ["teams", (row) => row.identity.teams.join("; ")],
  [
    "disks",
    (row) => row.disks.map((disk) => `${disk.key} ${disk.name} ${disk.diskBytes} ${disk.sku}`).join("; "),
  ],
  [
    "excluded_disks",
    (row) => row.identity.excludedDisks.map((disk) => `${disk.name}: ${disk.reason}`).join("; "),
  ],
  ["policy", (row) => row.policy.name],
  ["policy_id", (row) => row.policy.id],
  ["policy_version", (row) => row.policy.version],
  ["occurrence_due_at", (row) => row.policy.occurrenceDueAt],
  ["retention_tiers", (row) => row.policy.tiers.join("; ")],
  ["expires_at", (row) => row.policy.expiresAt],
  ["pinned_at", (row) => row.policy.pinnedAt],
  ["job_id", (row) => row.capture.jobId],
  ["trigger", (row) => row.capture.trigger],
  ["actor", (row) => row.capture.actor.name],
  ["taken_at", (row) => row.capture.takenAt],
  ["snapshot_started_at", (row) => row.capture.snapshotStartedAt],
  ["snapshot_ended_at", (row) => row.capture.snapshotEndedAt],
  ["consistency_wanted", (row) => row.capture.consistencyWanted],
  ["consistency_reached", (row) => row.capture.consistencyReached],
  ["consistency_reason", (row) => row.capture.consistencyReason],
  ["azure_consistency", (row) => row.capture.azureConsistency],
  ["snapshot_ids", (row) => row.capture.snapshotIds.join("; ")],
  ["snapshot_removed_at", (row) => row.capture.snapshotRemovedAt],
  ["instant_restore_until", (row) => row.capture.instantRestoreUntil],
  ["transfer_started_at", (row) => row.transfer.startedAt],
  ["transfer_ended_at", (row) => row.transfer.endedAt],
  ["logical_bytes", (row) => row.transfer.logicalBytes],
  ["allocated_bytes", (row) => row.transfer.allocatedBytes],
  ["read_bytes", (row) => row.transfer.readBytes],
  ["changed_bytes", (row) => row.transfer.changedBytes],
  ["moved_bytes", (row) => row.transfer.movedBytes],
  ["stored_bytes", (row) => row.transfer.storedBytes],
  ["chunks_new", (row) => row.transfer.chunksNew],
  ["chunks_reused", (row) => row.transfer.chunksReused],
  ["delta_methods", (row) => row.disks.map((disk) => `${disk.key} ${disk.deltaMethod}`).join("; ")],
  ["delta_fallbacks", (row) => fallbacks(row)],
  ["retries", (row) => row.transfer.retries],
  ["gap_seconds", (row) => row.transfer.gapSeconds],
  ["deadline_at", (row) => row.transfer.deadlineAt],
  ["deadline_met", (row) => yesNo(row.transfer.deadlineMet)],
  ["manifest_digest", (row) => row.integrity.manifestDigest],
  ["content_digests", (row) => row.disks.map((disk) => `${disk.key} ${disk.rootDigest}`).join("; ")],
  ["last_verified_at", (row) => row.integrity.lastVerifiedAt],
  ["last_verify_mode", (row) => row.integrity.lastVerifyMode],
  ["last_verify_ok", (row) => yesNo(row.integrity.lastVerifyOk)],
  ["encryption", (row) => row.protection.encryption],
  ["key_id", (row) => row.protection.keyId],
  ["vault", (row) => row.protection.vaultName],
  ["vault_id", (row) => row.protection.vaultId],
  ["state", (row) => row.lifecycle.state],
  ["created_at", (row) => row.lifecycle.createdAt],
  ["deleted_at", (row) => row.lifecycle.deletedAt],
  ["deleted_by", (row) => row.lifecycle.deletedBy?.name ?? null],
  ["delete_reason", (row) => row.lifecycle.deleteReason],
  ["ledger_event", (row) => row.ledger?.seq ?? null],
  ["ledger_prev_digest", (row) => row.ledger?.prevDigest ?? null],
  ["ledger_digest", (row) => row.ledger?.digest ?? null],
];

function pairs(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");
}

function yesNo(value: boolean | null): string | null {
  return value === null ? null : value ? "yes" : "no";
}

function fallbacks(row: PointReportRow): string {
  return row.disks
    .flatMap((disk) => (disk.deltaReason === null ? [] : [`${disk.key} ${disk.deltaReason}`]))
    .join("; ");
}

const rowsPerPiece = 200;

/**
 * The report as CSV (RFC 4180, UTF-8, with a header), in pieces. Cells that a spreadsheet would take for a formula are
 * escaped: names, tags and reasons come from outside.
 */
export async function* renderPointsCsv(
  db: Db,
  scope: PointReportScope,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  yield lines([columns.map(([header]) => header)]);
  let batch: Cell[][] = [];
  for await (const row of pointReportRows(db, scope, signal)) {
    batch.push(columns.map(([, value]) => value(row)));
    if (batch.length < rowsPerPiece) continue;
    yield lines(batch);
    batch = [];
  }
  if (batch.length > 0) yield lines(batch);
}

function lines(rows: Cell[][]): string {
  return stringify(rows, { escape_formulas: true, record_delimiter: "windows" });
}
