import { limits } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "./testing.ts";
import { type ApiServer, startApiServer } from "./testing-server.ts";

let world: World;
let server: ApiServer;
let token: string;
beforeAll(async () => {
  world = await createWorld();
  server = await startApiServer(world.api);
  const owner = await world.as("owner");
  const { permissions } = await owner.me.get();
  token = (await owner.tokens.create({ name: "http", permissions })).secret;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

function send(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return fetch(`${server.url}/api/trpc/${path}`, { ...init, headers });
}

const query = (path: string, input: unknown) =>
  send(`${path}?input=${encodeURIComponent(JSON.stringify(input))}`);
const post = (path: string, body: string) => send(path, { method: "POST", body });

test("a batch has a limit, and its answers are not cached", async () => {
  const calls = (count: number) => `${Array(count).fill("me.get").join(",")}?batch=1&input=%7B%7D`;
  const most = await send(calls(limits.requestBatchMost));
  expect(most.status).toBe(200);
  expect(most.headers.get("cache-control")).toBe("no-store");
  const more = await send(calls(limits.requestBatchMost + 1));
  expect(more.status).toBe(400);
  expect(await more.text()).toContain("INPUT_INVALID");
});

test("a body has a limit, with and without its length", async () => {
  const large = JSON.stringify({ name: "x".repeat(limits.requestBodyBytes), permissions: ["self"] });
  const told = await post("tokens.create", large);
  expect(told.status).toBe(400);
  expect(await told.text()).toContain("larger than 1 MiB");
  const chunks = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(large));
      controller.close();
    },
  });
  const untold = await send("tokens.create", { method: "POST", body: chunks, duplex: "half" } as RequestInit);
  expect(untold.status).toBe(400);
  expect(await untold.text()).toContain("larger than 1 MiB");
});

test("an input that is not JSON is refused; a call without input needs no body", async () => {
  for (const body of ["{bad", '{"vm":']) {
    const response = await post("backup.start", body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("not JSON");
  }
  expect((await send("vms.list?input=%7Bbad")).status).toBe(400);
  expect((await post("settings.resealSecrets", "")).status).toBe(200);
});

describe("texts and times that no row can hold are refused, not failed", () => {
  test.each([
    ["vms.list", { search: "a\0" }],
    ["vms.get", { vm: "\ud800" }],
    ["jobs.list", { from: "0000-01-01" }],
    ["points.list", { to: "0001-01-01T00:00:00Z" }],
    ["audit.list", { from: "9999-12-31T23:59:59Z" }],
    ["policies.get", { policy: "a\nb" }],
  ])("%s %j", async (path, input) => {
    expect((await query(path, input)).status).toBe(400);
  });

  test.each([
    ["tokens.create", { name: "a\u001b[2J", permissions: ["self"] }],
    ["tokens.create", { name: "a", permissions: ["self"], "x\0": 1 }],
    ["points.delete", { point: "x", reason: "expired\n=cmd|' /C calc'!A0" }],
  ])("%s %j", async (path, input) => {
    expect((await post(path, JSON.stringify(input))).status).toBe(400);
  });
});
