import { isKluisError } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import { openSignIn, safeNext, sealSignIn } from "#server/pending-sign-in.ts";

const pending = { verifier: "v", state: "s", nonce: "n", next: "/vms" };

describe("the cookie of a pending sign-in", () => {
  it("round-trips and reveals nothing", async () => {
    const cookie = await sealSignIn(pending, "secret");
    expect(cookie).not.toContain("vms");
    expect(await openSignIn(cookie, "secret")).toEqual(pending);
  });

  it("is refused when missing, changed, or sealed by another secret", async () => {
    const cookie = await sealSignIn(pending, "secret");
    const middle = Math.floor(cookie.length / 2);
    const changed = cookie.slice(0, middle) + (cookie[middle] === "A" ? "B" : "A") + cookie.slice(middle + 1);
    for (const [text, secret] of [
      [undefined, "secret"],
      ["", "secret"],
      [changed, "secret"],
      [cookie, "other"],
    ] as const) {
      const failure: unknown = await openSignIn(text, secret).catch((error: unknown) => error);
      expect(isKluisError(failure, "NOT_SIGNED_IN")).toBe(true);
    }
  });
});

describe("safeNext", () => {
  it.each([
    ["/vms?status=failing", "/vms?status=failing"],
    ["/", "/"],
    [null, "/"],
    ["https://evil.example", "/"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["/auth/sign-out", "/"],
    ["/signed-out?reason=ended", "/"],
    ["/a/../auth/sign-out", "/"],
    ["/\t/[", "/"],
    ["/\t/evil.example", "/"],
  ])("takes %s to %s", (next, expected) => {
    expect(safeNext(next)).toBe(expected);
  });
});
