import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Progress, progressText } from "./progress.ts";
import { createTerminal } from "./terminal.ts";

const mib = 2 ** 20;

describe("the progress line", () => {
  test("has a bar, a share, amounts and a rate", () => {
    const amount = { done: 50 * mib, total: 100 * mib, bytesPerSecond: 10 * mib };
    expect(progressText("Backup of web-01", amount, 99)).toBe(
      `Backup of web-01 [${"█".repeat(14)}${"░".repeat(14)}]  50 %    50 MiB of 100 MiB    10 MiB/s`,
    );
  });

  test("nothing planned is 0 %, and more than planned is 100 %", () => {
    expect(progressText("x", { done: 0, total: 0, bytesPerSecond: null }, 80)).toContain("  0 %");
    expect(progressText("x", { done: 11, total: 10, bytesPerSecond: null }, 80)).toContain("100 %");
  });

  test("fits into 79 columns, and its bar keeps its place", () => {
    const amounts = fc.record({ done: fc.nat(), bytesPerSecond: fc.option(fc.nat(), { nil: null }) });
    const subjects = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme-ascii" });
    const property = fc.property(subjects, fc.array(amounts), fc.nat(), (subject, list, total) => {
      const texts = list.map((amount) => progressText(subject, { ...amount, total }, 79));
      for (const text of texts) expect(Array.from(text).length).toBeLessThanOrEqual(79);
      expect(new Set(texts.map((text) => text.lastIndexOf("]"))).size).toBeLessThanOrEqual(1);
    });
    fc.assert(property);
  });
});

describe("progress on a plain stream", () => {
  test("is a line for each quarter", () => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const progress = new Progress(createTerminal({ stdin, stdout, stderr, env: {} }, false), "Download of a");
    for (let done = 0; done <= 100; done++)
      progress.showAmount({ done: done * mib, total: 100 * mib, bytesPerSecond: null });
    progress.showStage("Finish");
    progress.end();
    expect(String(stderr.read())).toBe(
      [25, 50, 75, 100].map((percent) => `Download of a: ${percent} % of 100 MiB\n`).join(""),
    );
  });

  test("is nothing with --json", () => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const progress = new Progress(createTerminal({ stdin, stdout, stderr, env: {} }, true), "Download of a");
    progress.showAmount({ done: 1, total: 1, bytesPerSecond: null });
    expect(stderr.read()).toBeNull();
  });
});
