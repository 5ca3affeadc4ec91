import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import { upsertPerson } from "../people/write.ts";
import { createSession, findSession, revokeSession } from "../sessions/write.ts";
import { createToken, findToken, listTokens, revokeToken, touchToken } from "./write.ts";

const world = freshWorld();

test("sessions and tokens are found by digest and revoked once", async () => {
  const { db } = world;
  const hash = new Uint8Array(32).fill(7);
  const who = await upsertPerson(
    db.prisma,
    { tenantId: "t", objectId: "o", name: "Ada", username: "ada@x", groupIds: [] },
    world.clock,
  );
  const expiresAt = new Date(world.clock.now().getTime() + 1_000);
  const session = await createSession(
    db.prisma,
    { personId: who.id, tokenHash: hash, expiresAt },
    world.clock,
  );
  expect(await findSession(db.prisma, hash)).toEqual(session);
  expect(await findSession(db.prisma, new Uint8Array(32))).toBeNull();
  expect(await revokeSession(db.prisma, session.id, world.clock.now())).toBe(true);
  expect(await revokeSession(db.prisma, session.id, world.clock.now())).toBe(false);

  const token = await createToken(
    db.prisma,
    { name: "ci", personId: who.id, tokenHash: hash, permissions: ["backup:run"], expiresAt: null },
    world.clock,
  );
  expect(await findToken(db.prisma, hash)).toEqual(token);
  await touchToken(db.prisma, token.id, world.clock.now());
  const used = world.clock.now();
  world.clock.advance(5_000);
  await touchToken(db.prisma, token.id, world.clock.now());
  expect((await listTokens(db.prisma, who.id))[0]?.lastUsedAt).toEqual(used);
  expect(
    await revokeToken(db.prisma, { id: token.id, personId: randomUUID() }, world.clock.now()),
  ).toBeNull();
  expect(
    (await revokeToken(db.prisma, { id: token.id, personId: who.id }, world.clock.now()))?.revokedAt,
  ).toEqual(world.clock.now());
});
