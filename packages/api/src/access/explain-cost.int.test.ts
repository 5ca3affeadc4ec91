import { openWatchedDatabase } from "@kluis/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nightly } from "../../test/world.ts";
import { createCaller } from "../root.ts";
import { createWorld, type World } from "../testing.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
  // 10,000 VMs, copies of the two that exist.
  await world.api.db.pool.query(`
    INSERT INTO "VirtualMachine"
    SELECT (jsonb_populate_record(vm, jsonb_build_object('id', gen_random_uuid(), 'azureVmId', gen_random_uuid(),
      'name', vm.name || n, 'resourceId', vm."resourceId" || n))).*
    FROM "VirtualMachine" vm CROSS JOIN generate_series(1, 5000) n`);
  await world.api.db.pool.query(`ANALYZE "VirtualMachine"`);
});
afterAll(() => world[Symbol.asyncDispose]());

test("an explanation costs a few statements, and reads few of 10,000 VMs", async () => {
  const vm = world.commerceVm;
  await world.session("commerceOperator");
  const ctx = await world.context("owner");
  await using watched = await openWatchedDatabase(world.database.url);
  const caller = createCaller({ ...ctx, api: { ...ctx.api, db: watched.db } });
  watched.clear();
  const person = "commerceOperator@contoso.example";
  const answer = await caller.access.explain({ person, permission: "point:delete", vm });
  expect(answer.allowed).toBe(false);
  expect(watched.statements.length).toBeGreaterThan(3);
  expect(watched.statements.length).toBeLessThan(25);
  const read = watched.statements
    .flatMap(({ nodes }) => nodes)
    .filter((node) => node["Relation Name"] === "VirtualMachine")
    .map((node) => (node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0));
  expect(Math.max(...read)).toBeLessThan(50);
});

test("a preview reads the points of all VMs of its policy by two statements: for the details, and for the effect", async () => {
  const ctx = await world.context("owner");
  const owner = createCaller(ctx);
  await owner.policies.create({ name: "previewed", document: nightly });
  for (const vm of [world.commerceVm, world.platformVm]) {
    await world.addPoint(vm, new Uint8Array(65536).fill(1));
    await owner.protection.set({ vm, policy: "previewed" });
  }
  await using watched = await openWatchedDatabase(world.database.url);
  const caller = createCaller({ ...ctx, api: { ...ctx.api, db: watched.db } });
  watched.clear();
  const document = { ...nightly, retention: { daily: { age: 2, unit: "days" } } } as const;
  const { points } = await caller.policies.preview({ document, policy: "previewed" });
  expect(points).toHaveLength(2);
  const reads = watched.statements.filter(({ text }) => text.includes('FROM "RecoveryPoint"'));
  expect(reads).toHaveLength(2);
});
