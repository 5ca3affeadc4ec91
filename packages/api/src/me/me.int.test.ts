import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type World } from "../testing.ts";
import { localeInput } from "./inputs.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

test("the chosen language is stored with its user, and with no other", async () => {
  const reader = await world.as("platformReader");
  expect((await reader.me.get()).locale).toBeNull();
  expect(await reader.me.setLocale({ locale: "nl" })).toEqual({ locale: "nl" });
  // Each request reads the person again.
  expect((await (await world.as("platformReader")).me.get()).locale).toBe("nl");
  expect((await (await world.as("commerceAdmin")).me.get()).locale).toBeNull();
});

test("an unknown language is refused", () => {
  expect(localeInput.safeParse({ locale: "xx" }).success).toBe(false);
});
