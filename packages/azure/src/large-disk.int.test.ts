/** A 4 TiB disk with scattered changes: how many requests its lists take. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Extent } from "@kluis/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AzureHarness, diskOf, MIB, pointRequest, startAzure, takePoint } from "../test/harness.ts";
import { grantRead } from "./grants.ts";
import { pageRangeSlices, pageRangesDiffSlices, type RangeSlice } from "./page-ranges.ts";

const GIB = 1024 * MIB;
const diskBytes = 4096 * GIB;
const BLOCK = Buffer.alloc(4096, 0x5a);

/** A change every 4 GiB, and clusters at the start and in the middle in which every second block changed. */
const clusters = [
  { from: 0, blocks: 3_000 },
  { from: 1778 * GIB, blocks: 11_000 },
];
const scattered = Array.from({ length: 1024 }, (_, index) => index * 4 * GIB + GIB);
const changes = [
  ...scattered,
  ...clusters.flatMap(({ from, blocks }) => Array.from({ length: blocks }, (_, n) => from + n * 8192)),
].toSorted((a, b) => a - b);
const wanted: Extent[] = changes.map((offset) => ({ offset, length: 4096, kind: "data" }));

let harness: AzureHarness;
beforeAll(async () => {
  harness = await startAzure();
});
afterAll(() => harness[Symbol.asyncDispose]());

async function image(name: string, bytes: number, offsets: readonly number[]): Promise<string> {
  const path = join(harness.folder, name);
  await using file = await open(path, "w");
  await file.truncate(bytes);
  for (const offset of offsets) await file.write(BLOCK, 0, BLOCK.length, offset);
  return path;
}

function merged(slices: readonly RangeSlice[]): Extent[] {
  let reached = 0;
  for (const { from, to } of slices) {
    expect(from).toBe(reached);
    reached = to;
  }
  expect(reached).toBe(diskBytes);
  return slices.flatMap(({ extents }) => extents);
}

/** Requests for lists while `work` runs: a rule that does nothing counts them. */
async function counted<T>(work: () => Promise<T>): Promise<{ result: T; requests: number }> {
  const { control } = harness.local;
  await control.addFault({ match: { operation: "blob.pagelist" }, effect: { type: "delay", ms: 0 } });
  const result = await work();
  const requests = (await control.faults()).reduce((sum, { hits }) => sum + hits, 0);
  await control.clearFaults();
  return { result, requests };
}

test("is listed in few requests, with and without a base, also when answers are late", async () => {
  const { control } = harness.local;
  const disks = [await image("os.raw", 64 * MIB, [0]), await image("data.raw", diskBytes, [])];
  await control.importVm({ vm: "huge", os: "linux", resourceGroup: "test-rg", disks });
  const access = async () => {
    const point = await takePoint(harness.azure, pointRequest("huge"));
    return grantRead(harness.azure, diskOf(point, 0));
  };
  const base = await access();
  await control.write({ vm: "huge", disk: 0, image: await image("data.raw", diskBytes, changes) });
  const { sas } = await access();
  const input = { sas, diskBytes, signal: AbortSignal.timeout(100_000) };
  const changed = () => Array.fromAsync(pageRangesDiffSlices({ ...input, base: base.sas }));

  const diff = await counted(changed);
  expect(merged(diff.result)).toEqual(wanted);
  expect(diff.requests).toBeLessThanOrEqual(16);
  const full = await counted(() => Array.fromAsync(pageRangeSlices(input)));
  expect(merged(full.result)).toEqual(wanted);
  expect(full.requests).toBeLessThanOrEqual(16);

  const effect = { type: "fail", status: 500, code: "OperationTimedOut", message: "Too much." } as const;
  await control.addFault({ match: { operation: "blob.pagelist" }, effect, skip: 3, times: 2 });
  const late = await counted(changed);
  expect(merged(late.result)).toEqual(wanted);
  expect(late.requests).toBeLessThanOrEqual(32);
});
