import { type Db, isSignedBy, listAnchors, type SignedHead, walkLedger } from "@kluis/db";
import { checkNext, emptyHead, type LedgerHead, type LedgerProblem, type LedgerRecord } from "@kluis/domain";
import { z } from "zod";

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
  /**
   * Public key (SPKI, PEM) of the anchors, or all that ever signed. With it, signatures are checked; without it, anchors are
   * believed as they stand.
   */
  readonly publicPem?: string | readonly string[];
  /** Copies of anchors that lie outside the database (in the vault): the database's owner cannot have changed them. */
  readonly copies?: readonly SignedHead[];
}

/**
 * Verifies the database's ledger against its anchors, and against copies of anchors from elsewhere. An anchor whose signature
 * is not valid proves nothing; it is itself a finding, unless the walk finds something wrong before.
 */
export async function verifyLedger(db: Db, options: VerifyLedgerOptions = {}): Promise<LedgerVerdict> {
  const { publicPem, signal, copies = [] } = options;
  const all = [...(await listAnchors(db.prisma)), ...copies];
  // A copy of an anchor that the database has is the same anchor.
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
  if (!walked.ok || forged === undefined) return walked;
  const message = `The anchor of event ${forged.seq} does not carry a valid signature.`;
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
 * Reads the copy of an anchor as it lies in the vault. Its public key is as trustworthy as the vault: pass it as `publicPem`
 * to check the database's own anchors, whose owner cannot write into the vault.
 * @throws z.ZodError or SyntaxError when the text is no such copy
 */
export function parseAnchorCopy(text: string): { readonly copy: SignedHead; readonly publicPem: string } {
  const { publicKey, ...copy } = copySchema.parse(JSON.parse(text));
  return { copy, publicPem: publicKey };
}
