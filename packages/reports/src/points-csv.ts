/** The recovery-point report as CSV. */
import { type Db, type PointReportRow, type PointReportScope, walkReportPoints } from "@kluis/db";
import { describeRemovalCause } from "@kluis/domain";
import { stringify } from "csv-stringify/sync";

type Cell = string | number | null;
type Column = readonly [header: string, value: (row: PointReportRow) => Cell];

/** Columns with the facts of one block of the row: header → key. */
function block<Facts extends object>(
  facts: (row: PointReportRow) => Facts | null,
  keys: Readonly<Record<string, keyof Facts>>,
): Column[] {
  return Object.entries(keys).map(([header, key]) => [
    header,
    (row) => {
      const found = facts(row);
      return found === null ? null : toCell(found[key]);
    },
  ]);
}

function toCell(value: unknown): Cell {
  if (typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(String).join("; ");
  return null;
}

/** One text per disk, such as `os full; 0 changed-ranges`. */
function disks(header: string, text: (disk: PointReportRow["disks"][number]) => string | null): Column {
  return [
    header,
    (row) =>
      row.disks
        .flatMap((disk) => {
          const found = text(disk);
          return found === null ? [] : [`${disk.key} ${found}`];
        })
        .join("; "),
  ];
}

/**
 * Every column in order. Headers stay, because spreadsheets and scripts depend on them; new columns
 * go to the end.
 */
const columns: readonly Column[] = [
  ...block((row) => row.identity, {
    recovery_point_id: "pointId",
    vm: "vmName",
    vm_id: "vmId",
    vm_resource_id: "vmResourceId",
  }),
  [
    "tags",
    ({ identity }) =>
      Object.entries(identity.tags)
        .map(([name, value]) => `${name}=${value}`)
        .join("; "),
  ],
  ...block((row) => row.identity, {
    subscription_id: "subscriptionId",
    resource_group: "resourceGroup",
    location: "location",
    os: "osType",
    teams: "teams",
  }),
  disks("disks", ({ name, diskBytes, sku }) => `${name} ${diskBytes} ${sku}`),
  [
    "excluded_disks",
    ({ identity }) => identity.excludedDisks.map(({ name, reason }) => `${name}: ${reason}`).join("; "),
  ],
  ...block((row) => row.policy, {
    policy: "name",
    policy_id: "id",
    policy_version: "version",
    occurrence_due_at: "occurrenceDueAt",
    retention_tiers: "tiers",
    expires_at: "expiresAt",
    kept_until: "keptUntil",
    pinned_at: "pinnedAt",
    pin_reason: "pinReason",
  }),
  ["pinned_by", (row) => row.policy.pinnedBy?.name ?? null],
  ...block((row) => row.capture, { job_id: "jobId", trigger: "trigger" }),
  ["actor", (row) => row.capture.actor.name],
  ...block((row) => row.capture, {
    taken_at: "takenAt",
    snapshot_started_at: "snapshotStartedAt",
    snapshot_ended_at: "snapshotEndedAt",
    consistency_wanted: "consistencyWanted",
    consistency_reached: "consistencyReached",
    consistency_reason: "consistencyReason",
    azure_consistency: "azureConsistency",
    captured_by: "capturedBy",
    snapshot_ids: "snapshotIds",
    snapshot_removed_at: "snapshotRemovedAt",
    instant_restore_until: "instantRestoreUntil",
  }),
  ...block((row) => row.transfer, {
    transfer_started_at: "startedAt",
    transfer_ended_at: "endedAt",
    logical_bytes: "logicalBytes",
    allocated_bytes: "allocatedBytes",
    read_bytes: "readBytes",
    changed_bytes: "changedBytes",
    moved_bytes: "movedBytes",
    stored_bytes: "storedBytes",
    chunks_new: "chunksNew",
    chunks_reused: "chunksReused",
  }),
  disks("delta_methods", (disk) => disk.deltaMethod),
  disks("delta_fallbacks", (disk) => disk.deltaReason),
  ...block((row) => row.transfer, {
    retries: "retries",
    gap_seconds: "gapSeconds",
    deadline_at: "deadlineAt",
    deadline_met: "deadlineMet",
  }),
  ["manifest_digest", (row) => row.integrity.manifestDigest],
  disks("content_digests", (disk) => disk.rootDigest),
  ...block((row) => row.integrity, {
    last_verified_at: "lastVerifiedAt",
    last_verify_mode: "lastVerifyMode",
    last_verify_ok: "lastVerifyOk",
    verify_coverage_percent: "verifyCoverage",
    content_read_at: "readAt",
    content_read_whole_at: "readWholeAt",
  }),
  ...block((row) => row.protection, {
    encryption: "encryption",
    key_id: "keyId",
    vault: "vaultName",
    vault_id: "vaultId",
  }),
  ...block((row) => row.lifecycle, { state: "state", created_at: "createdAt", deleted_at: "deletedAt" }),
  ["deleted_by", (row) => row.lifecycle.deletedBy?.name ?? null],
  ["delete_reason", (row) => row.lifecycle.deleteReason],
  [
    "delete_cause",
    ({ lifecycle: { deleteCause, deletedBy } }) =>
      deleteCause === null ? null : describeRemovalCause(deleteCause, deletedBy?.name ?? "–"),
  ],
  ...block((row) => row.lifecycle, { purge_at: "purgeAt", purged_at: "purgedAt" }),
  ...block((row) => row.ledger, {
    ledger_event: "seq",
    ledger_prev_digest: "prevDigest",
    ledger_digest: "digest",
  }),
  ["damaged_bytes", (row) => row.integrity.damagedBytes],
];

const rowsPerPiece = 200;

/**
 * Yields the report as CSV in pieces (RFC 4180, UTF-8, with a header). Cells that a spreadsheet
 * would read as a formula are escaped, because names, tags and reasons come from outside.
 */
export async function* renderPointsCsv(
  db: Db,
  scope: PointReportScope,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  // Excel reads UTF-8 only with this mark.
  yield `\ufeff${lines([columns.map(([header]) => header)])}`;
  let batch: Cell[][] = [];
  for await (const row of walkReportPoints(db, scope, signal)) {
    batch.push(columns.map(([, value]) => value(row)));
    if (batch.length < rowsPerPiece) continue;
    yield lines(batch);
    batch = [];
  }
  if (batch.length > 0) yield lines(batch);
}

/** A lone CR or LF also ends a row for a spreadsheet, so a cell with one is quoted, and no line of it is a formula. */
function lines(rows: Cell[][]): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? escapeLines(cell) : cell)));
  return stringify(cells, { escape_formulas: true, record_delimiter: "windows", quoted_match: /[\r\n]/ });
}

function escapeLines(text: string): string {
  return text.replace(/([\r\n])(?=[=+\-@\t\uff1d\uff0b\uff0d\uff20])/g, "$1'");
}
