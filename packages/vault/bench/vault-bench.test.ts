import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeImages } from "./image.ts";
import { benchVault } from "./vault-bench.ts";

const MIB = 1024 * 1024;

describe("the benchmark of the vault", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kluis-bench-test-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("measures four steps that move what their names say", async () => {
    const images = await makeImages({
      path: join(folder, "a.raw"),
      nextPath: join(folder, "b.raw"),
      diskBytes: 32 * MIB,
      dataBytes: 8 * MIB,
      changed: 0.1,
      seed: "test",
    });
    const rows = await benchVault({ images, workFolder: folder, signal: new AbortController().signal });
    const changedBytes = images.changedRanges.reduce((sum, { length }) => sum + length, 0);
    expect(changedBytes).toBeGreaterThan(0);
    expect(rows).toMatchObject([
      { name: "full", readBytes: 8 * MIB, movedBytes: 8 * MIB },
      { name: "next-changed-ranges", readBytes: changedBytes, movedBytes: changedBytes },
      { name: "next-digest-comparison", readBytes: 8 * MIB, movedBytes: changedBytes },
      { name: "restore", dataBytes: 8 * MIB },
    ]);
    expect(rows.every(({ seconds, cpuSeconds }) => seconds > 0 && cpuSeconds > 0)).toBe(true);
  });
});
