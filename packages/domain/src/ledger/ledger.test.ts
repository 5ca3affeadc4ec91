import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, storableJson } from "../base/canonical-json.ts";
import { engineActor, type LedgerDraft } from "./audit.ts";
import {
  anchorText,
  chainEvent,
  checkNext,
  emptyHead,
  type LedgerHead,
  type LedgerRecord,
  ledgerDigest,
} from "./ledger.ts";

const draft = (name: string, data: Record<string, unknown> = {}): LedgerDraft => ({
  kind: "vm.discovered",
  actor: engineActor,
  target: { type: "vm", id: name, name },
  data,
});

function chain(count: number): LedgerRecord[] {
  const records: LedgerRecord[] = [];
  let head: LedgerHead = emptyHead;
  for (let index = 1; index <= count; index++) {
    const record = chainEvent(head, new Date(1_700_000_000_000 + index), draft(`vm-${index}`, { index }));
    records.push(record);
    head = record;
  }
  return records;
}

function firstProblem(records: readonly LedgerRecord[]) {
  let head: LedgerHead = emptyHead;
  for (const record of records) {
    const problem = checkNext(head, record);
    if (problem) return problem;
    head = record;
  }
  return null;
}

test("an unchanged chain verifies", () => {
  expect(firstProblem(chain(20))).toBeNull();
});

test("the digest of an event is fixed: a ledger of today must always verify", () => {
  const record = chainEvent(
    emptyHead,
    new Date("2026-11-22T21:00:00Z"),
    draft("web-01", { bytes: 1_073_741_824 }),
  );
  expect(record.digest).toBe("7a0b77c3b5e91e2ca91c4e16b78c69ec8bfd3c2bf4ec18eb1d56e33b4dbfe4d4");
  expect(ledgerDigest(record)).toBe(record.digest);
});

test("an edited event is named", () => {
  const records = chain(10);
  const fifth = records[4];
  if (!fifth) throw new Error("unreachable");
  for (const edit of [
    { ...fifth, data: { index: 6 } },
    { ...fifth, at: "2030-01-01T00:00:00.000Z" },
    { ...fifth, actor: { kind: "engine", name: "Another author" } },
    { ...fifth, vmId: "x" },
    { ...fifth, teamIds: ["x"] },
    { ...fifth, kind: "vm.deleted" },
  ]) {
    expect(firstProblem(records.with(4, edit))).toMatchObject({ kind: "edited", seq: 5 });
  }
});

test("an event that was replaced together with its digest breaks the chain after it", () => {
  const records = chain(10);
  const forged = chainEvent(records[3] ?? emptyHead, new Date(), draft("forged"));
  expect(firstProblem(records.with(4, forged))).toMatchObject({ kind: "broken", seq: 6 });
});

test("missing events are named as a range", () => {
  expect(firstProblem(chain(10).toSpliced(3, 2))).toEqual({
    kind: "missing",
    seq: 4,
    message: "Events 4 to 5 are missing.",
  });
});

test("swapped events are reported as reordered", () => {
  const records = chain(10);
  const [a, b] = [records[4], records[5]];
  if (!a || !b) throw new Error("unreachable");
  const swapped = records.with(4, { ...b, seq: 5 }).with(5, { ...a, seq: 6 });
  expect(firstProblem(swapped)).toEqual({
    kind: "reordered",
    seq: 5,
    message: "Event 5 was written as event 6.",
  });
  expect(firstProblem(records.with(4, b).with(5, a))).toMatchObject({ kind: "missing", seq: 5 });
});

test("any single change of any event is found, at that event or the one after", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9 }),
      fc.constantFrom(
        "seq",
        "at",
        "kind",
        "actor",
        "target",
        "vmId",
        "teamIds",
        "data",
        "prevDigest",
        "digest",
      ),
      fc.string(),
      (index, field, text) => {
        const records = chain(10);
        const record = records[index];
        if (!record) throw new Error("unreachable");
        const value =
          field === "seq" ? record.seq + 1_000_000 : field === "teamIds" ? [`+${text}`] : `+${text}`;
        const problem = firstProblem(records.with(index, { ...record, [field]: value }));
        expect(problem?.seq).toBe(index + 1);
      },
    ),
  );
});

test("canonical JSON does not depend on the order of members", () => {
  expect(canonicalJson({ b: [1, "x", null], a: { d: true, c: 1e21 }, u: undefined })).toBe(
    '{"a":{"c":1e+21,"d":true},"b":[1,"x",null]}',
  );
  // RFC 8785, section 3.2.3: members are sorted by UTF-16 code units.
  const names = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
  const object = Object.fromEntries(names.map((name) => [name, name]));
  expect(Object.keys(JSON.parse(canonicalJson(object)) as object)).toEqual([
    "1",
    "\r",
    "\u0080",
    "\u00f6",
    "\u20ac",
    "\ud83d\ude00",
    "\ufb33",
  ]);
  for (const wrong of [Number.NaN, 1n, new Date(0), [undefined], () => 1]) {
    expect(() => canonicalJson(wrong)).toThrow(TypeError);
  }
});

test("for any JSON value: canonical JSON parses back equal and does not depend on member order", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

test("text that the database refuses becomes storable", () => {
  expect(storableJson({ "a\0": ["\ud800x", { b: undefined, c: -0 }] })).toEqual({
    "a\ufffd": ["\ufffdx", { c: 0 }],
  });
});

test("a signature covers number, digest, time and key", () => {
  const text = anchorText({ seq: 3, digest: "d" }, new Date(0), "k");
  expect(text).toBe(
    '{"digest":"d","keyId":"k","seq":3,"signedAt":"1970-01-01T00:00:00.000Z","type":"kluis-ledger-head","v":1}',
  );
});
