/** What a verification reads and records of a recovery point: its round, the results of its parts, and its result. */
import {
  addFound,
  addMissing,
  heldPointStates,
  type MissingRanges,
  missingRangesSchema,
  nothingFound,
  nothingMissing,
  openJobStates,
  type SampleRound,
  safeBytes,
  type VerifyFound,
  type VerifyMode,
  verifyFoundSchema,
  verifyParametersSchema,
} from "@kluis/domain";
import { toJson } from "../json.ts";
import { judgeAgain } from "../protections/schedule.ts";
import type { Tx } from "../tx.ts";

/** How much of a point was read, after a verification. */
export interface PointCoverage extends SampleRound {
  /** Of the point, by the round. */
  readonly percent: number;
  readonly roundAt: Date;
  /** Every byte was read since then; null: not by this verification. */
  readonly wholeAt: Date | null;
}

export interface PointVerified {
  readonly pointId: string;
  readonly at: Date;
  readonly mode: VerifyMode;
  readonly ok: boolean;
  /** Some content of the point cannot be read. */
  readonly isDamaged: boolean;
  /** Null: the verification read no content. */
  readonly coverage: PointCoverage | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Stores the result of a verification with its point. Call it before other rows, in the order in which retention locks. */
export async function setPointVerified(tx: Tx, result: PointVerified): Promise<void> {
  const { pointId, at, mode, ok, isDamaged, coverage, detail } = result;
  const point = await tx.recoveryPoint.findUnique({ where: { id: pointId }, select: { vmId: true } });
  if (point === null) return;
  await judgeAgain(tx, point.vmId);
  const held = { id: pointId, state: { in: [...heldPointStates] } };
  await tx.recoveryPoint.updateMany({
    where: held,
    data: {
      lastVerifiedAt: at,
      lastVerifyMode: mode,
      lastVerifyOk: ok,
      lastVerifyDetail: toJson(detail),
      ...(isDamaged ? { state: "damaged" } : {}),
      ...(coverage === null ? {} : coverageColumns(coverage, at)),
    },
  });
  // Damage that was found before is healed by its records, not by a verification that read another part.
  if (!isDamaged && mode === "full") {
    const needs = await tx.vaultDamagePoint.count({ where: { pointId, damage: { healedAt: null } } });
    if (needs === 0) await tx.recoveryPoint.updateMany({ where: held, data: { state: "available" } });
  }
}

function coverageColumns({ next, covered, percent, roundAt, wholeAt }: PointCoverage, at: Date) {
  return {
    readAt: at,
    verifyNext: next,
    verifyCovered: covered,
    verifyCoverage: percent,
    verifyRoundAt: roundAt,
    ...(wholeAt === null ? {} : { readWholeAt: wholeAt }),
  };
}

/** Parts that one query reads. */
const PAGE = 1_000;

/** The sum of the results of all parts of a job, with the first problems. */
export function sumFound(tx: Tx, jobId: string): Promise<VerifyFound> {
  const add = (sum: VerifyFound, found: unknown) => addFound(sum, verifyFoundSchema.parse(found));
  return sumParts(tx, jobId, { none: nothingFound, add });
}

/** What all parts of a restore that skips damage could not read. */
export function sumMissing(tx: Tx, jobId: string): Promise<MissingRanges> {
  const add = (sum: MissingRanges, found: unknown) => addMissing(sum, missingRangesSchema.parse(found));
  return sumParts(tx, jobId, { none: nothingMissing, add });
}

async function sumParts<T>(
  tx: Tx,
  jobId: string,
  { none, add }: { readonly none: T; readonly add: (sum: T, found: unknown) => T },
): Promise<T> {
  let sum = none;
  let after: string | undefined;
  for (;;) {
    const rows = await tx.jobSegment.findMany({
      where: { disk: { jobId }, ...(after === undefined ? {} : { id: { gt: after } }) },
      orderBy: { id: "asc" },
      take: PAGE,
      select: { id: true, found: true },
    });
    for (const { found } of rows) if (found !== null) sum = add(sum, found);
    after = rows.at(-1)?.id;
    if (after === undefined || rows.length < PAGE) return sum;
  }
}

/** What decides whether and where a verification of a point begins. */
export interface VerificationState {
  /** Sizes in the order in which segments count. */
  readonly disks: readonly number[];
  readonly round: SampleRound;
  /** The verification that has not ended. */
  readonly open: { readonly jobId: string; readonly mode: VerifyMode } | null;
}

/** Reads the state of a point and locks it until the transaction ends: a point has one open verification. Null: there is no such point. */
export async function lockForVerification(tx: Tx, pointId: string): Promise<VerificationState | null> {
  await tx.$queryRaw`SELECT id FROM "RecoveryPoint" WHERE id = ${pointId}::uuid FOR NO KEY UPDATE`;
  const point = await tx.recoveryPoint.findUnique({
    where: { id: pointId },
    select: {
      verifyNext: true,
      verifyCovered: true,
      disks: { select: { diskBytes: true }, orderBy: { diskKey: "asc" } },
    },
  });
  if (point === null) return null;
  const open = await tx.job.findFirst({
    where: { pointId, kind: "verify", state: { in: [...openJobStates] } },
    select: { id: true, parameters: true },
  });
  return {
    disks: point.disks.map(({ diskBytes }) => safeBytes(diskBytes)),
    round: { next: point.verifyNext, covered: point.verifyCovered },
    open: open === null ? null : { jobId: open.id, mode: verifyParametersSchema.parse(open.parameters).mode },
  };
}
