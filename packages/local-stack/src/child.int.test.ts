import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";
import { killGroup, startChild } from "./child.ts";

const busy = join(import.meta.dirname, "..", "test", "busy.ts");

async function folderOfTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kluis-child-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("a child of the stack", () => {
  it("ends when its parent is killed", async () => {
    const log = join(await folderOfTest(), "child.log");
    const parent = fork(join(import.meta.dirname, "..", "test", "parent.ts"), [busy, log]);
    onTestFinished(() => void parent.kill("SIGKILL"));
    const [{ pid }] = z
      .tuple([z.object({ pid: z.number() })])
      .rest(z.unknown())
      .parse(await once(parent, "message"));
    onTestFinished(() => killGroup(pid));
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await vi.waitUntil(() => !isAlive(pid), { timeout: 15_000 });
  });

  it("is killed when it ignores SIGTERM", async () => {
    const log = join(await folderOfTest(), "deaf.log");
    const deaf = join(import.meta.dirname, "..", "test", "deaf.ts");
    const child = await startChild({ name: "deaf", module: deaf, env: {}, logFile: log });
    await child.firstMessage;
    expect(await child.stop(100)).toEqual({ code: null, signal: "SIGKILL" });
    expect(child.alive()).toBe(false);
  });
});
