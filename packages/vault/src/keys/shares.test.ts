import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signal } from "../../test/fixtures.ts";
import { wrapFor } from "./provider.ts";
import { createRecoveryKey, readRecoveryKey } from "./recovery.ts";
import { combineShares, createShares, isShare, readShare } from "./shares.ts";

describe("a recovery key", () => {
  it("typed back is the same key", async () => {
    const { text, key } = createRecoveryKey();
    const typed = readRecoveryKey(text.toLowerCase());
    expect(typed.recipient).toEqual(key.recipient);
    expect(key.recipient.kind).toBe("recovery");
    expect(key.recipient.keyId).toMatch(/^x25519:[0-9a-f]{16}$/);
    const context = Buffer.from("c");
    const wrapped = wrapFor(key.recipient, new Uint8Array(32).fill(9), context);
    const use = { keyId: key.recipient.keyId, context, signal };
    expect(Buffer.from(await typed.unwrap(wrapped, use))).toEqual(Buffer.alloc(32, 9));
  });
});

describe("shares", () => {
  it("are told from a recovery key", async () => {
    const { shares } = await createShares(2, 3);
    for (const { text } of shares) expect(isShare(text.toLowerCase().replaceAll("-", " "))).toBe(true);
    expect(isShare(createRecoveryKey().text)).toBe(false);
  });

  it("make the key with any threshold of them, in any order, and not with fewer", async () => {
    const counts = fc
      .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 0, max: 3 }))
      .map(([threshold, more]) => ({ threshold, count: threshold + more }));
    await fc.assert(
      fc.asyncProperty(
        counts,
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        async ({ threshold, count }, places) => {
          const { shares, key } = await createShares(threshold, count);
          const order = shares
            .map(({ text, number }) => ({ text, at: places[number - 1] ?? 0 }))
            .toSorted((a, b) => a.at - b.at)
            .map(({ text }) => text);
          const combined = await combineShares(order.slice(0, threshold));
          expect(combined.recipient).toEqual(key.recipient);
          expect((await combineShares([...order, ...order])).recipient).toEqual(key.recipient);
          await expect(combineShares(order.slice(0, threshold - 1))).rejects.toMatchObject({
            reason: "shares-too-few",
          });
          const [first = ""] = order;
          await expect(combineShares(Array.from({ length: threshold }, () => first))).rejects.toMatchObject({
            reason: "shares-too-few",
            params: { found: 1, threshold },
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it("name the share of another set and the group with a typing error", async () => {
    const [a, b] = [await createShares(2, 3), await createShares(2, 3)];
    const [one = "", two = ""] = a.shares.map(({ text }) => text);
    const stranger = b.shares[1]?.text ?? "";
    await expect(combineShares([one, stranger])).rejects.toMatchObject({
      reason: "share-of-other-set",
      params: { share: 2 },
    });
    const typo = `${two.slice(0, 7)}${two[7] === "0" ? "2" : "0"}${two.slice(8)}`;
    await expect(combineShares([one, typo])).rejects.toMatchObject({
      reason: "share-group",
      params: { share: 2, group: 2 },
    });
    expect(readShare(one)).toMatchObject({ setId: a.setId, number: 1, threshold: 2, count: 3 });
  });

  it("are 2 to 16, with a threshold from 2", async () => {
    for (const [threshold, count] of [
      [1, 2],
      [3, 2],
      [2, 17],
      [2.5, 4],
    ] as const)
      await expect(createShares(threshold, count)).rejects.toMatchObject({ reason: "share-counts" });
  });
});
