/** Verification of the ledger: walks the chain and names the first thing that is wrong. */
import { type Db, isSignedBy, listAnchors, type SignedHead, walkLedger } from "@kluis/db";
import { checkNext, emptyHead, type LedgerHead, type LedgerProblem, type LedgerRecord } from "@kluis/domain";
import { z } from "zod";

/** A head that was signed, or kept outside the ledger: the ledger must still contain it. */
export interface KnownHead extends LedgerHead {
  /** Where the head comes from, for messages: `the anchor of …`. */
  readonly origin: string;
}

export interface LedgerVerdict {
  readonly ok: boolean;
  /** Events that were verified. */
  readonly events: number;
  /** The newest verified event; null when there is none. */
  readonly head: LedgerHead | null;
  /** Known heads that the ledger was compared with. */
  readonly anchors: number;
  /** The newest event that a known head proves, with all before it; null when none does. Later events are only chained. */
  readonly anchoredTo: number | null;
  /** The first thing that is wrong. */
  readonly problem: LedgerProblem | null;
}

/**
 * Walks a ledger from its first event and stops at the first problem: edited, missing, reordered,
 * truncated or rewritten. The last two are visible only against heads that were kept elsewhere, so
 * a ledger without any is itself a problem.
 * Memory does not grow with the ledger.
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
  let anchoredTo: number | null = null;
  const verdict = (problem: LedgerProblem | null): LedgerVerdict => ({
    ok: problem === null,
    events,
    head: head.seq === 0 ? null : { seq: head.seq, digest: head.digest },
    anchors: known.length,
    anchoredTo,
    problem,
  });
  for await (const record of records) {
    const problem = checkNext(head, record);
    if (problem) return verdict(problem);
    for (let anchor = known[next]; anchor && anchor.seq <= record.seq; anchor = known[++next]) {
      if (anchor.seq !== record.seq) continue;
      if (anchor.digest !== record.digest) return verdict(rewritten(anchor));
      anchoredTo = anchor.seq;
    }
    head = record;
    events++;
  }
  const beyond = known[next];
  if (beyond) return verdict(truncated(head, beyond));
  return verdict(anchoredTo === null ? unanchored : null);
}

const unanchored: LedgerProblem = {
  kind: "unanchored",
  seq: 1,
  message: "No anchor proves the ledger: a rewritten or shortened one would look the same.",
};

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
  /**
   * Public keys (SPKI, PEM) that have signed anchors. Without any, the signatures of anchors are
   * not checked.
   */
  readonly publicPem?: string | readonly string[];
  /** Copies of anchors from the vault, which the owner of the database cannot change. */
  readonly copies?: readonly SignedHead[];
}

/**
 * Verifies the ledger of a database against its anchors and against copies of anchors. An anchor
 * with an invalid signature proves nothing; it is itself a problem, unless the walk finds another
 * one.
 */
export async function verifyLedger(db: Db, options: VerifyLedgerOptions = {}): Promise<LedgerVerdict> {
  const { publicPem, signal, copies = [] } = options;
  const all = [...(await listAnchors(db.prisma)), ...copies];
  // A copy of an anchor that is also in the database counts once.
  const distinct = new Map(
    all.map((anchor) => [`${anchor.seq} ${anchor.digest} ${anchor.signature}`, anchor]),
  );
  const anchors = [...distinct.values()].toSorted((a, b) => a.seq - b.seq);
  const keys = publicPem === undefined ? [] : [publicPem].flat();
  const isValid = (anchor: SignedHead): boolean =>
    keys.length === 0 || keys.some((key) => isSignedBy(key, anchor));
  const known = anchors.filter(isValid).map(toKnownHead);
  const walked = await verifyRecords(walkLedger(db, signal ? { signal } : {}), known);
  const forged = anchors.find((anchor) => !isValid(anchor));
  if (forged === undefined || (!walked.ok && walked.problem?.kind !== "unanchored")) return walked;
  const message = `The anchor of event ${forged.seq} has no valid signature.`;
  return { ...walked, ok: false, problem: { kind: "rewritten", seq: forged.seq, message } };
}

function toKnownHead({ seq, digest, signedAt }: SignedHead): KnownHead {
  return { seq, digest, origin: `the anchor of ${signedAt.toISOString()}` };
}

const copySchema = z.object({
  seq: z.int().positive(),
  digest: z.string(),
  signedAt: z.iso.datetime().transform((text) => new Date(text)),
  keyId: z.string(),
  signature: z.string(),
  publicKey: z.string(),
});

/**
 * Reads the copy of an anchor from its text in the vault. Its public key is as trustworthy as the
 * vault: pass it as `publicPem` to check the anchors of a database whose owner cannot write to the
 * vault.
 * @throws z.ZodError or SyntaxError when the text is not a copy of an anchor
 */
export function parseAnchorCopy(text: string): { readonly copy: SignedHead; readonly publicPem: string } {
  const { publicKey, ...copy } = copySchema.parse(JSON.parse(text));
  return { copy, publicPem: publicKey };
}
