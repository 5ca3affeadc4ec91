import { describe, expect, it } from "vitest";
import { limits } from "../base/limits.ts";
import { nextRemoval, standingOf } from "./azure-resource.ts";

describe("the next try of a removal", () => {
  it("waits longer after each refusal, up to an hour, without end", () => {
    const pauses = Array.from({ length: 12 }, (_, tries) => nextRemoval(tries, { retry: "never" }));
    expect(pauses.map(({ tries }) => tries)).toEqual(pauses.map((_, tries) => tries + 1));
    expect(pauses[0]?.pauseMs).toBe(limits.removalFirstPauseMs);
    expect(pauses.at(-1)?.pauseMs).toBe(limits.removalLongestPauseMs);
    expect(nextRemoval(100_000, { retry: "backoff" }).pauseMs).toBe(limits.removalLongestPauseMs);
  });

  it("comes within half an hour to the number that needs attention", () => {
    const before = Array.from(
      { length: limits.removalAttentionTries - 1 },
      (_, tries) => nextRemoval(tries, { retry: "state" }).pauseMs,
    );
    const minutes = before.reduce((sum, ms) => sum + ms, 0) / 60_000;
    expect(minutes).toBeGreaterThan(25);
    expect(minutes).toBeLessThan(35);
  });

  it("waits as long as Azure requests without counting, but no more than an hour", () => {
    expect(nextRemoval(3, { retry: "after", retryAfterMs: 60_000 })).toEqual({ tries: 3, pauseMs: 60_000 });
    expect(nextRemoval(3, { retry: "after", retryAfterMs: 1e9 }).pauseMs).toBe(limits.removalLongestPauseMs);
  });
});

describe("the standing of a resource", () => {
  const made = { state: "created", wanted: "present", delivered: false, failed: false } as const;
  it.each([
    [made, "in-use"],
    [{ ...made, delivered: true }, "delivered"],
    [{ ...made, wanted: "kept" }, "kept"],
    [{ ...made, wanted: "removed" }, "removing"],
    [{ ...made, wanted: "removed", failed: true }, "refused"],
    [{ ...made, wanted: "removed", state: "removed", failed: true }, "removed"],
  ] as const)("%o is %s", (resource, standing) => {
    expect(standingOf(resource)).toBe(standing);
  });
});
