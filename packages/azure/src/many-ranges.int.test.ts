import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type AzureHarness,
  changedImage,
  diskOf,
  MIB,
  pointRequest,
  startAzure,
  takePoint,
} from "../test/harness.ts";
import { grantRead } from "./grants.ts";
import { pageRanges, pageRangesDiff } from "./page-ranges.ts";

/** Every second block: more ranges than the service returns at once. */
const changedBlocks = Array.from({ length: 10_400 }, (_, index) => index * 2);
let harness: AzureHarness;

beforeAll(async () => {
  harness = await startAzure();
});
afterAll(() => harness[Symbol.asyncDispose]());

async function access() {
  const point = await takePoint(harness.azure, pointRequest("big"));
  return grantRead(harness.azure, diskOf(point, "os"));
}

test("lists more ranges than fit one answer, with and without a base", async () => {
  const { signal } = new AbortController();
  const base = await access();
  const change = new Map(changedBlocks.map((block) => [block, Buffer.alloc(4096, 0x5a)]));
  const image = await changedImage(harness.folder, { sizeMib: 96, usedMib: 0, change });
  await harness.local.control.write({ vm: "big", disk: "os", image });
  const { sas } = await access();
  const input = { sas, diskBytes: 96 * MIB, signal };
  const wanted = changedBlocks.map((block) => ({ offset: block * 4096, length: 4096, kind: "data" }));
  expect(await Array.fromAsync(pageRangesDiff({ ...input, base: base.sas }))).toEqual(wanted);
  expect(await Array.fromAsync(pageRanges(input))).toEqual(wanted);
});
