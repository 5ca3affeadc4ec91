import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { graphUrlOf } from "../azure/connections.ts";
import { KluisError } from "../errors/errors.ts";
import { groupsAtSignIn, isMassDisappearance } from "./directory.ts";

describe("a mass disappearance", () => {
  it.each([
    [10, 0, false],
    [1, 1, true],
    [2, 1, false],
    [2, 2, true],
    [5, 3, false],
    [5, 4, true],
    [100, 25, false],
    [100, 26, true],
    [10_000, 2_500, false],
  ])("of %i accounts %i are gone: %s", (followed, gone, held) => {
    expect(isMassDisappearance({ followed, gone })).toBe(held);
  });

  it("is still one when more are gone, and never when none is", () => {
    const counts = fc.nat(5_000).chain((followed) => fc.tuple(fc.constant(followed), fc.nat(followed)));
    fc.assert(
      fc.property(counts, ([followed, gone]) => {
        expect(isMassDisappearance({ followed, gone: 0 })).toBe(false);
        const isHeld = isMassDisappearance({ followed, gone });
        const isHeldNext = isMassDisappearance({ followed, gone: Math.min(followed, gone + 1) });
        expect(isHeld && !isHeldNext).toBe(false);
      }),
    );
  });
});

describe("the groups of a sign-in", () => {
  const down = new KluisError("DIRECTORY_UNUSABLE", { reason: "no-answer", message: "down" });
  it("are those of the token, also none at all, without asking the directory", async () => {
    const never = () => Promise.reject(new Error("asked"));
    expect(await groupsAtSignIn(["a"], never)).toEqual({ groupIds: ["a"], problem: null });
    expect(await groupsAtSignIn([], never)).toEqual({ groupIds: [], problem: null });
  });
  it("are those of the directory when the token has none", async () => {
    expect(await groupsAtSignIn(null, async () => ["b"])).toEqual({ groupIds: ["b"], problem: null });
  });
  it("stay as they are, with the reason, when no one answers", async () => {
    expect(await groupsAtSignIn(null, async () => down)).toEqual({ groupIds: null, problem: down });
  });
});

it("Microsoft Graph follows the cloud", () => {
  expect(graphUrlOf("https://login.microsoftonline.com")).toBe("https://graph.microsoft.com");
  expect(graphUrlOf("https://login.microsoftonline.us")).toBe("https://graph.microsoft.us");
  expect(graphUrlOf("https://login.partner.microsoftonline.cn")).toBe(
    "https://microsoftgraph.chinacloudapi.cn",
  );
  expect(graphUrlOf("https://login.example")).toBeNull();
});
