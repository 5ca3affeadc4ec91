import { expect, test } from "vitest";
import { chainsEqual } from "../../test/chains.ts";
import { freshWorld } from "../../test/fixtures.ts";
import { ensureInstallation } from "./write.ts";

const world = freshWorld();

test("the first caller makes the installation's id, once", async () => {
  const ids = await Promise.all([1, 2, 3].map(() => ensureInstallation(world.db, world.clock)));
  expect(new Set(ids).size).toBe(1);
  expect(await chainsEqual(world.db, ["installation.created"])).toBe(true);
});
