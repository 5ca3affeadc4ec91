import { describe, expect, it } from "vitest";
import { useTempFolder } from "../test/temp-folder.ts";
import { makeImages } from "./image.ts";
import { benchVault } from "./vault-bench.ts";

const MIB = 1024 * 1024;

describe("the benchmark of the vault", () => {
  const inFolder = useTempFolder();

  it("measures five steps, each of which moves the expected bytes", async () => {
    const images = await makeImages({
      path: inFolder("a.raw"),
      nextPath: inFolder("b.raw"),
      diskBytes: 32 * MIB,
      dataBytes: 8 * MIB,
      changed: 0.1,
      seed: "test",
    });
    const rows = await benchVault({ images, workFolder: inFolder(), signal: new AbortController().signal });
    const changedBytes = images.changedRanges.reduce((sum, { length }) => sum + length, 0);
    expect(changedBytes).toBeGreaterThan(0);
    expect(rows).toMatchObject([
      { name: "full", readBytes: 8 * MIB, movedBytes: 8 * MIB },
      { name: "next-changed-ranges", readBytes: changedBytes, movedBytes: changedBytes },
      { name: "next-digest-comparison", readBytes: 8 * MIB, movedBytes: changedBytes },
      { name: "restore", dataBytes: 8 * MIB },
      { name: "verify", dataBytes: 8 * MIB },
    ]);
    expect(rows.every(({ seconds, cpuSeconds }) => seconds > 0 && cpuSeconds > 0)).toBe(true);
    expect(rows.every(({ requests }) => requests > 0)).toBe(true);
  });
});
