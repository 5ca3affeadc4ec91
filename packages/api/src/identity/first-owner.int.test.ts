import { afterAll, beforeAll, expect, test } from "vitest";
import { createCaller } from "../root.ts";
import { createWorld, type World } from "../testing.ts";
import { createContext, signIn } from "./identity.ts";

const chosen = "11111111-2222-4333-8444-555555555555";
let world: World;
beforeAll(async () => {
  world = await createWorld(undefined, chosen);
});
afterAll(() => world[Symbol.asyncDispose]());

async function as(name: string, oid: string, groups: readonly string[] = []) {
  const { sessionToken } = await signIn(world.api, { tid: "t", oid, name, username: `${name}@x`, groups });
  return createCaller(await createContext(world.api, { sessionToken }));
}

test("the user whom the setting names becomes owner once, only while no owner can sign in", async () => {
  const stranger = await as("stranger", "someone-else");
  expect((await stranger.me.get()).roles).toEqual([]);
  // The roles of the seed belong to groups in which no one is known yet.
  const both = await Promise.all([as("ada", chosen.toUpperCase()), as("bob", "oid-bob", [chosen])]);
  const owners = await Promise.all(both.map(async (one) => (await one.me.get()).roles.length));
  expect(owners.toSorted((a, b) => a - b)).toEqual([0, 1]);
  const owner = (await both[0].me.get()).roles.length === 1 ? both[0] : both[1];
  const { rows } = await owner.audit.list({ kind: ["role.assigned"], limit: 1 });
  expect(rows[0]?.data).toMatchObject({ role: "owner", setting: "KLUIS_OWNER_OBJECT_ID" });
  expect((await (await as("cas", "oid-cas", [chosen])).me.get()).roles).toHaveLength(owners[1] === 1 ? 1 : 0);
});
