import { KluisError } from "@kluis/domain";
import { afterEach, beforeEach, expect, test } from "vitest";
import { errorOf } from "../test/world.ts";
import { apiResponse } from "./http.ts";
import { createContext, signInRefused } from "./identity/identity.ts";
import { callRates } from "./rates.ts";
import { createWorld, type World } from "./testing.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

/** Status of a call with a token, from this address. */
async function statusOf(token: string, ip: string): Promise<{ status: number; retryAfter: string | null }> {
  const request = new Request("http://127.0.0.1/api/trpc/me.get");
  const { status, headers } = await apiResponse(request, () =>
    createContext(world.api, { bearerToken: token, ip }),
  );
  return { status, retryAfter: headers.get("retry-after") };
}

async function refusals(): Promise<{ name: string; ip: unknown; count: unknown; what: unknown }[]> {
  await world.api.refusals.close();
  const { rows } = await (await world.as("owner")).audit.list({ kind: ["access.refused"], limit: 200 });
  return rows.toReversed().map(({ target, data }) => ({
    name: target.name,
    ip: data["ip"],
    count: data["count"],
    what: data["what"],
  }));
}

test("a hundred guesses of one address are two events with their number, and are slowed down; a valid token is not", async () => {
  const owner = await world.as("owner");
  const { secret } = await owner.tokens.create({ name: "script", permissions: ["self"] });
  const answers: number[] = [];
  for (let guess = 0; guess < 100; guess++)
    answers.push((await statusOf(`kluis_${guess}`, "203.0.113.9")).status);
  expect(new Set(answers.slice(0, 20))).toEqual(new Set([401]));
  expect(new Set(answers.slice(20))).toEqual(new Set([429]));
  expect(Number((await statusOf("kluis_x", "203.0.113.9")).retryAfter)).toBeGreaterThan(0);
  expect((await statusOf(secret, "203.0.113.9")).status).toBe(200);
  expect(await refusals()).toEqual([
    { name: "203.0.113.9", ip: "203.0.113.9", count: 1, what: ["me.get"] },
    { name: "203.0.113.9", ip: "203.0.113.9", count: 101, what: ["me.get"] },
  ]);
});

test("guesses from many addresses share an event after the first ones", async () => {
  for (let guess = 0; guess < 120; guess++) await statusOf("kluis_none", `198.51.100.${guess}`);
  const events = await refusals();
  expect(events.length).toBeLessThanOrEqual(52);
  expect(events.at(-1)).toMatchObject({ name: "Kluis", ip: null, count: 70 });
});

test("a refused right names the user and the procedure; a refused sign-in its address", async () => {
  const reader = await world.as("platformReader");
  for (let call = 0; call < 3; call++) await errorOf(reader.connections.list());
  const refused = new KluisError("NOT_SIGNED_IN", {
    reason: "sign-in-failed",
    message: "x",
    params: { check: "nonce" },
  });
  expect(signInRefused(world.api, { ip: "203.0.113.7", error: refused })).toBe(refused);
  expect(await refusals()).toEqual([
    { name: "platformReader", ip: "127.0.0.1", count: 1, what: ["connections.list"] },
    { name: "203.0.113.7", ip: "203.0.113.7", count: 1, what: ["nonce"] },
    { name: "platformReader", ip: "127.0.0.1", count: 3, what: ["connections.list"] },
  ]);
});

test("a user who calls too fast waits; another one does not", async () => {
  const [owner, auditor] = [await world.as("owner"), await world.as("auditor")];
  const tries = callRates.session.burst + 150;
  const results = await Promise.all(Array.from({ length: tries }, () => errorOf(owner.me.get())));
  const limited = results.find((error) => error !== null);
  expect(limited).toMatchObject({ code: "TOO_MANY_REQUESTS", cause: { code: "RATE_LIMITED" } });
  expect(await errorOf(auditor.me.get())).toBeNull();
});
