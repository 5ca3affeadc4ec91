import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson, storableJson } from "../base/canonical-json.ts";
import { actorSchema, type LedgerDraft, ledgerKinds } from "./audit.ts";

/** The predecessor digest of the first event. */
export const genesisDigest = "0".repeat(64);

const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** An event as stored in the ledger and shown in reports and exports. */
export const ledgerRecordSchema = z.strictObject({
  /** Counted from 1, without gaps. */
  seq: z.int().positive(),
  /** ISO 8601 in UTC with milliseconds. */
  at: z.iso.datetime({ precision: 3 }),
  kind: z.string(),
  actor: z.unknown(),
  target: z.unknown(),
  vmId: z.string().nullable(),
  teamIds: z.array(z.string()),
  data: z.unknown(),
  /** Digest of the previous event, or `genesisDigest`. */
  prevDigest: digestSchema,
  digest: digestSchema,
});
export type LedgerRecord = z.infer<typeof ledgerRecordSchema>;

export interface LedgerHead {
  readonly seq: number;
  readonly digest: string;
}

export const emptyHead: LedgerHead = { seq: 0, digest: genesisDigest };

/** Returns the event that follows `head`. The same draft at the same place always gets the same digest. */
export function chainEvent(head: LedgerHead, at: Date, draft: LedgerDraft): LedgerRecord {
  const record = {
    seq: head.seq + 1,
    at: at.toISOString(),
    kind: z.enum(ledgerKinds).parse(draft.kind),
    actor: storableJson(actorSchema.parse(draft.actor)),
    target: storableJson({ type: draft.target.type, id: draft.target.id, name: draft.target.name }),
    vmId: draft.vmId ?? null,
    teamIds: [...(draft.teamIds ?? [])],
    data: storableJson(draft.data ?? {}),
    prevDigest: head.digest,
  };
  return { ...record, digest: ledgerDigest(record) };
}

/** Returns SHA-256 (hex) over the canonical JSON of all fields except the digest, with a format version. */
export function ledgerDigest(record: Omit<LedgerRecord, "digest">): string {
  const { seq, at, kind, actor, target, vmId, teamIds, data, prevDigest } = record;
  const text = canonicalJson({ v: 1, seq, at, kind, actor, target, vmId, teamIds, data, prevDigest });
  return createHash("sha256").update(text).digest("hex");
}

/** A fault of a ledger, with the first event that it affects. */
export interface LedgerProblem {
  readonly kind: "edited" | "missing" | "reordered" | "broken" | "truncated" | "rewritten" | "unanchored";
  /** The first event that is wrong or missing, or that nothing proves. */
  readonly seq: number;
  readonly message: string;
}

/** Checks that `record` follows `head`; null when it does. */
export function checkNext(head: LedgerHead, record: LedgerRecord): LedgerProblem | null {
  const expected = head.seq + 1;
  if (record.seq > expected) {
    const last = record.seq - 1;
    return {
      kind: "missing",
      seq: expected,
      message:
        last === expected ? `Event ${expected} is missing.` : `Events ${expected} to ${last} are missing.`,
    };
  }
  if (record.seq < expected) {
    return {
      kind: "reordered",
      seq: record.seq,
      message: `Event ${record.seq} is stored after event ${head.seq}.`,
    };
  }
  if (ledgerDigest(record) !== record.digest) {
    const origin = trueSeq(record);
    return origin === null
      ? { kind: "edited", seq: record.seq, message: `Event ${record.seq} was changed after it was written.` }
      : {
          kind: "reordered",
          seq: record.seq,
          message: `Event ${record.seq} was written as event ${origin}.`,
        };
  }
  if (record.prevDigest !== head.digest) {
    return {
      kind: "broken",
      seq: record.seq,
      message: `Event ${record.seq} does not follow the stored event ${head.seq}: one of them was replaced.`,
    };
  }
  return null;
}

/** How many neighboring numbers to try when a digest is wrong: finds a swap, and is fast enough for a page. */
const searchDistance = 2_000;

/** Returns the number under which the event's digest is right, if it differs from the stored number. */
function trueSeq(record: LedgerRecord): number | null {
  const from = Math.max(1, record.seq - searchDistance);
  for (let seq = from; seq <= record.seq + searchDistance; seq++) {
    if (seq !== record.seq && ledgerDigest({ ...record, seq }) === record.digest) return seq;
  }
  return null;
}

/** Prefix of the copies of signed heads in the vault's store: `ledger/<seq>-<time>.json`. */
export const anchorsPrefix = "ledger/";

/** Returns the text that a head's signature covers. */
export function anchorText(head: LedgerHead, signedAt: Date, keyId: string): string {
  return canonicalJson({
    type: "kluis-ledger-head",
    v: 1,
    seq: head.seq,
    digest: head.digest,
    signedAt: signedAt.toISOString(),
    keyId,
  });
}
