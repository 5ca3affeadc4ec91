import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import { ensureVault } from "./write.ts";

const world = freshWorld();

test("a vault's name belongs to one vault", async () => {
  const { prisma } = world.db;
  const vault = {
    id: randomUUID(),
    name: "main",
    kind: "folder" as const,
    address: "/a",
    keyId: "k",
    createdAt: world.clock.now(),
  };
  expect(await ensureVault(prisma, vault)).toBe(true);
  expect(await ensureVault(prisma, { ...vault, address: "/b" })).toBe(false);
  await expect(ensureVault(prisma, { ...vault, id: randomUUID() })).rejects.toMatchObject({
    code: "CONFLICT",
  });
});
