import { KluisError } from "@kluis/domain";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Child, ChildExit } from "./child.ts";
import { createSupervisor } from "./supervise.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A process that runs until the test ends it. */
function part(name: string, stopped: string[] = []) {
  let end: (exit: ChildExit) => void = () => undefined;
  let alive = true;
  const exited = new Promise<ChildExit>((resolve) => {
    end = (exit) => {
      alive = false;
      resolve(exit);
    };
  });
  const child: Child = {
    name,
    pid: -1,
    logFile: `${name}.log`,
    exited,
    firstMessage: new Promise(() => undefined),
    alive: () => alive,
    send: () => undefined,
    stop: async () => {
      stopped.push(name);
      end({ code: 0, signal: null });
      return exited;
    },
  };
  return { child, die: () => end({ code: 1, signal: null }) };
}

function supervisor(signal = new AbortController().signal) {
  const lines: string[] = [];
  const failure = async (child: Child): Promise<KluisError> =>
    new KluisError("INTERNAL", { message: `${child.name} died` });
  return { lines, it: createSupervisor({ say: (line) => lines.push(line), failure, signal }) };
}

describe("the supervisor", () => {
  it("stops parts one after the other, the newest first", async () => {
    const stopped: string[] = [];
    const { it: supervised } = supervisor();
    for (const name of ["PostgreSQL", "Azurite", "engine", "portal"]) {
      supervised.hold({ name, graceMs: 1 }, part(name, stopped).child);
    }
    await supervised.stop();
    expect(stopped).toEqual(["portal", "engine", "Azurite", "PostgreSQL"]);
  });

  it("restarts a part, with a longer pause after each early end", async () => {
    const { it: supervised, lines } = supervisor();
    const lives = Array.from({ length: 4 }, () => part("The engine"));
    let starts = 0;
    const restart = vi.fn<() => Promise<Child>>(async () => {
      starts += 1;
      return (lives[starts] ?? part("The engine")).child;
    });
    const [first] = lives;
    if (first === undefined) throw new Error("no part");
    supervised.hold({ name: "The engine", graceMs: 1, restart }, first.child);
    for (const [index, seconds] of [1, 2, 4].entries()) {
      lives[index]?.die();
      await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
      expect(restart).toHaveBeenCalledTimes(index);
      await vi.advanceTimersByTimeAsync(1);
      expect(restart).toHaveBeenCalledTimes(index + 1);
    }
    expect(lines[2]).toContain("restarting in 4 s");
    await supervised.stop();
  });

  it("retries a failed start", async () => {
    const { it: supervised, lines } = supervisor();
    const first = part("The portal");
    const good = part("The portal");
    const restart = vi
      .fn<() => Promise<Child>>()
      .mockRejectedValueOnce(new Error("port taken"))
      .mockResolvedValue(good.child);
    supervised.hold({ name: "The portal", graceMs: 1, restart }, first.child);
    first.die();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(restart).toHaveBeenCalledTimes(2);
    expect(lines).toContain("port taken");
    await supervised.stop();
  });

  it("reports the end of a part that cannot be restarted", async () => {
    const { it: supervised } = supervisor();
    const database = part("PostgreSQL");
    supervised.hold({ name: "PostgreSQL", graceMs: 1 }, database.child);
    database.die();
    await vi.waitFor(() => expect(supervised.broken.aborted).toBe(true));
    expect(supervised.broken.reason).toMatchObject({ code: "INTERNAL", message: "PostgreSQL died" });
  });

  it("restarts nothing after a stop", async () => {
    const asked = new AbortController();
    const { it: supervised } = supervisor(asked.signal);
    const engine = part("The engine");
    const restart = vi.fn<() => Promise<Child>>(async () => part("The engine").child);
    supervised.hold({ name: "The engine", graceMs: 1, restart }, engine.child);
    asked.abort();
    engine.die();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(restart).not.toHaveBeenCalled();
  });
});
