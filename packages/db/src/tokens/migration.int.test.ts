import { expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import { newId } from "../ids.ts";
import { readMigrations } from "../migrate.ts";
import { upsertPerson } from "../people/write.ts";
import { createToken, listTokens } from "./write.ts";

const world = freshWorld();

test("a token that meant everything keeps what its owner holds, and gains nothing more", async () => {
  const { db, clock } = world;
  const facts = { tenantId: "t", name: "Ada", username: "ada@x" };
  const groups = ["group-of-readers"];
  const ada = await upsertPerson(db.prisma, { ...facts, objectId: "ada", groupIds: groups }, clock);
  const bob = await upsertPerson(db.prisma, { ...facts, objectId: "bob", groupIds: [] }, clock);
  const team = { id: newId(clock), slug: "shop", name: "Shop" };
  await db.prisma.team.create({ data: team });
  await db.prisma.roleAssignment.createMany({
    data: [
      { id: newId(clock), role: "reader", teamId: team.id, groupId: "group-of-readers" },
      { id: newId(clock), role: "auditor", personId: ada.id },
      { id: newId(clock), role: "owner", groupId: "group-of-others" },
    ],
  });
  const token = { name: "ci", permissions: [], expiresAt: null };
  const empty = await createToken(db.prisma, { ...token, personId: ada.id, tokenHash: hash(1) }, clock);
  const explicit = await createToken(
    db.prisma,
    { ...token, personId: ada.id, tokenHash: hash(2), permissions: ["self"] },
    clock,
  );
  await createToken(db.prisma, { ...token, personId: bob.id, tokenHash: hash(3) }, clock);

  const [migration] = (await readMigrations()).filter(({ name }) => name.endsWith("_token_permissions"));
  await db.pool.query(migration?.sql ?? "");

  const after = new Map((await listTokens(db.prisma, ada.id)).map((one) => [one.id, one.permissions]));
  expect(after.get(empty.id)).toEqual(["audit:read", "inventory:read", "report:read", "self"]);
  expect(after.get(explicit.id)).toEqual(["self"]);
  expect((await listTokens(db.prisma, bob.id)).map((one) => one.permissions)).toEqual([["self"]]);
});

function hash(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}
