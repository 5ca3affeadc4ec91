import { type AnchorRow, type Db, isSignedBy, listAnchors, walkLedger } from "@kluis/db";
import { checkNext, emptyHead, type LedgerHead, type LedgerProblem, type LedgerRecord } from "@kluis/domain";

/** A head that somebody signed or kept elsewhere: the ledger must still contain it. */
export interface KnownHead extends LedgerHead {
  /** For messages: `the anchor signed at …`. */
  readonly origin: string;
}

export interface LedgerVerdict {
  readonly ok: boolean;
  /** Events that were found right. */
  readonly events: number;
  /** The newest event that was found right; null when there is none. */
  readonly head: LedgerHead | null;
  /** Known heads that the ledger was compared with. */
  readonly anchors: number;
  /** The first thing that is wrong. */
  readonly problem: LedgerProblem | null;
}

/**
 * Walks a ledger from its first event and stops at the first that is wrong: edited, missing, reordered, replaced, cut off
 * at the end or rewritten (the last two show only against heads that were kept elsewhere). Memory does not grow with the
 * ledger.
 *
 * @param known ascending by seq
 */
export async function verifyRecords(
  records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>,
  known: readonly KnownHead[] = [],
): Promise<LedgerVerdict> {
  let head: LedgerHead = emptyHead;
  let events = 0;
  let next = 0;
  const verdict = (problem: LedgerProblem | null): LedgerVerdict => ({
    ok: problem === null,
    events,
    head: head.seq === 0 ? null : { seq: head.seq, digest: head.digest },
    anchors: known.length,
    problem,
  });
  for await (const record of records) {
    const problem = checkNext(head, record);
    if (problem) return verdict(problem);
    for (let anchor = known[next]; anchor && anchor.seq <= record.seq; anchor = known[++next]) {
      if (anchor.seq === record.seq && anchor.digest !== record.digest) return verdict(rewritten(anchor));
    }
    head = record;
    events++;
  }
  const beyond = known[next];
  return verdict(beyond ? truncated(head, beyond) : null);
}

function rewritten(anchor: KnownHead): LedgerProblem {
  return {
    kind: "rewritten",
    seq: anchor.seq,
    message: `Event ${anchor.seq} or one before it was rewritten: ${anchor.origin} holds another digest.`,
  };
}

function truncated(head: LedgerHead, anchor: KnownHead): LedgerProblem {
  const seq = head.seq + 1;
  return {
    kind: "truncated",
    seq,
    message: `The ledger ends at event ${head.seq}, but ${anchor.origin} signed event ${anchor.seq}: events from ${seq} on were removed.`,
  };
}

export interface VerifyLedgerOptions {
  readonly signal?: AbortSignal;
  /** Public key (SPKI, PEM) of the anchors. With it, signatures are checked; without it, anchors are believed as they stand. */
  readonly publicPem?: string;
  /** Copies of anchors that lie outside the database (in the vault): the database's owner cannot have changed them. */
  readonly copies?: readonly Omit<AnchorRow, "id">[];
}

/** Verifies the database's ledger against its anchors, and against copies of anchors from elsewhere. */
export async function verifyLedger(db: Db, options: VerifyLedgerOptions = {}): Promise<LedgerVerdict> {
  const anchors = [...(await listAnchors(db.prisma)), ...(options.copies ?? [])];
  const forged = anchors.find(
    (anchor) => options.publicPem !== undefined && !isSignedBy(options.publicPem, anchor),
  );
  const known = anchors
    .filter((anchor) => anchor !== forged)
    .toSorted((a, b) => a.seq - b.seq)
    .map(({ seq, digest, signedAt }) => ({ seq, digest, origin: `the anchor of ${signedAt.toISOString()}` }));
  const walked = await verifyRecords(walkLedger(db, options.signal ? { signal: options.signal } : {}), known);
  if (!walked.ok || forged === undefined) return walked;
  const message = `The anchor of event ${forged.seq} does not carry a valid signature.`;
  return { ...walked, ok: false, problem: { kind: "rewritten", seq: forged.seq, message } };
}
