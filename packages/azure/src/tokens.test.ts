import { createHttpHeaders } from "@azure/core-rest-pipeline";
import { describe, expect, test } from "vitest";
import type { AzureConfig } from "./config.ts";
import { connect, probe } from "./connection.ts";
import type { TokenRequest } from "./credential.ts";
import { claimsOf, TokenBook } from "./tokens.ts";

/** A source that numbers its tokens, each valid for an hour. */
function numbered() {
  const asked: TokenRequest[] = [];
  const clock = { now: 0 };
  const source = async (request: TokenRequest) => {
    asked.push(request);
    return { token: `t${asked.length}`, expiresOnTimestamp: clock.now + 3_600_000 };
  };
  return { book: new TokenBook(source, "scope", () => clock.now), asked, clock };
}

describe("the token of a connection", () => {
  test("is requested once for concurrent callers, and again before it ends", async () => {
    const { book, asked, clock } = numbered();
    expect(await Promise.all([book.get(), book.get(), book.get()])).toEqual(["t1", "t1", "t1"]);
    clock.now = 54 * 60_000;
    expect(await book.get()).toBe("t1");
    clock.now = 56 * 60_000;
    expect(await book.get()).toBe("t2");
    expect(asked.map(({ fresh }) => fresh)).toEqual([false, true]);
  });

  test("is replaced once, however many requests were refused", async () => {
    const { book, asked } = numbered();
    const old = await book.get();
    const together = await Promise.all([book.replace(old, null), book.replace(old, null)]);
    expect(together).toEqual(["t2", "t2"]);
    expect(await book.replace(old, null)).toBe("t2");
    expect(asked.map(({ fresh }) => fresh)).toEqual([false, true]);
  });

  test("still serves while Entra is down and it has not ended", async () => {
    const clock = { now: 0 };
    let away = false;
    const source = async () => {
      if (away) throw new Error("away");
      return { token: "t", expiresOnTimestamp: 3_600_000 };
    };
    const book = new TokenBook(source, "scope", () => clock.now);
    await book.get();
    away = true;
    clock.now = 58 * 60_000;
    expect(await book.get()).toBe("t");
    clock.now = 61 * 60_000;
    await expect(book.get()).rejects.toThrow("away");
  });
});

test("claims are read from a challenge for continuous access evaluation only", () => {
  const claims = '{"access_token":{"nbf":{"essential":true}}}';
  const encoded = Buffer.from(claims).toString("base64");
  const of = (challenge: string) =>
    claimsOf({ headers: createHttpHeaders({ "www-authenticate": challenge }) });
  expect(of(`Bearer realm="", error="insufficient_claims", claims="${encoded}"`)).toBe(claims);
  expect(of(`Bearer realm="", error="invalid_token", claims="${encoded}"`)).toBeNull();
  expect(of("")).toBeNull();
});

test.each([
  ["an empty client ID", { clientId: "", secret: "s" }, "contoso"],
  ["an empty secret", { clientId: "c", secret: "" }, "contoso"],
  ["a tenant of another form", { clientId: "c", secret: "s" }, "not a tenant"],
])(
  "a credential that cannot be made fails its own connection, not what opens it: %s",
  async (_what, app, tenantId) => {
    const config: AzureConfig = {
      tenantId,
      subscriptions: ["s"],
      credential: { kind: "secret", ...app },
      authorityHost: "https://login.invalid",
      armUrl: "https://arm.invalid",
      rewrite: new Map(),
    };
    const found = await probe(connect(config), { signal: AbortSignal.timeout(10_000) });
    expect(found?.code).toMatch(/^AZURE_(AUTH_FAILED|FAILED)$/);
  },
);
