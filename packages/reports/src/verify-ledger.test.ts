import { chainEvent, emptyHead, engineActor, type LedgerHead, type LedgerRecord } from "@kluis/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type KnownHead, verifyRecords } from "./verify-ledger.ts";

function chain(count: number, name = "vm"): LedgerRecord[] {
  let head: LedgerHead = emptyHead;
  return Array.from({ length: count }, (_, index) => {
    const record = chainEvent(head, new Date(1_700_000_000_000 + index), {
      kind: "vm.changed",
      actor: engineActor,
      target: { type: "vm", id: `${name}-${index}`, name },
    });
    head = record;
    return record;
  });
}

function anchorsOf(records: readonly LedgerRecord[], every: number): KnownHead[] {
  return records
    .filter((record) => record.seq % every === 0)
    .map(({ seq, digest }) => ({ seq, digest, origin: `the anchor of event ${seq}` }));
}

const length = fc.integer({ min: 1, max: 40 });

test("an untouched chain is valid as far as its anchors reach, and not proven without any", async () => {
  await fc.assert(
    fc.asyncProperty(length, fc.integer({ min: 1, max: 10 }), async (count, every) => {
      const records = chain(count);
      const anchors = anchorsOf(records, every);
      const verdict = await verifyRecords(records, anchors);
      const anchoredTo = anchors.at(-1)?.seq ?? null;
      expect(verdict).toMatchObject({ events: count, anchors: anchors.length, anchoredTo });
      expect(verdict.ok).toBe(anchoredTo !== null);
      expect(verdict.problem?.kind).toBe(anchoredTo === null ? "unanchored" : undefined);
    }),
    { numRuns: 30 },
  );
});

test("removed events are reported by the first of them", async () => {
  await fc.assert(
    fc.asyncProperty(length, fc.nat(), fc.integer({ min: 1, max: 5 }), async (count, place, gap) => {
      const from = place % count;
      fc.pre(from + gap < count);
      const verdict = await verifyRecords(chain(count).toSpliced(from, gap));
      expect(verdict).toMatchObject({ ok: false, events: from, problem: { kind: "missing", seq: from + 1 } });
    }),
    { numRuns: 50 },
  );
});

test("a removed end is found up to the newest anchor, and not beyond it", async () => {
  await fc.assert(
    fc.asyncProperty(length, fc.integer({ min: 1, max: 10 }), fc.nat(), async (count, every, cut) => {
      const records = chain(count);
      const anchors = anchorsOf(records, every);
      const left = cut % (count + 1);
      const anchored = anchors.at(-1)?.seq ?? 0;
      const { problem } = await verifyRecords(records.slice(0, left), anchors);
      const whole = anchored === 0 ? "unanchored" : undefined;
      expect(problem?.kind).toBe(left < anchored ? "truncated" : whole);
      expect(problem?.seq ?? 1).toBe(left < anchored ? left + 1 : 1);
    }),
    { numRuns: 50 },
  );
});

test("another history of any length is found at its first anchor", async () => {
  await fc.assert(
    fc.asyncProperty(length, length, async (count, other) => {
      const anchors = anchorsOf(chain(count), 1);
      const { problem } = await verifyRecords(chain(other, "forged"), anchors);
      expect(problem).toMatchObject({ kind: "rewritten", seq: 1 });
    }),
    { numRuns: 20 },
  );
});

test("reading stops at the problem", async () => {
  const records = chain(20).toSpliced(5, 1);
  let read = 0;
  function* counted(): Generator<LedgerRecord> {
    for (const record of records) {
      read++;
      yield record;
    }
  }
  await verifyRecords(counted());
  expect(read).toBe(6);
});
