import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import { newId } from "../ids.ts";
import { inTransaction } from "../tx.ts";
import { findVault, listVaults, requireDefaultVault } from "./read.ts";
import {
  changeVault,
  createVaultRow,
  type EnvironmentVault,
  followEnvironmentVault,
  makeDefaultVault,
  recordVaultIdentity,
} from "./write.ts";

const world = freshWorld();

function folderVault(more: Partial<EnvironmentVault> = {}): EnvironmentVault {
  const place = { account: null, container: null, folder: "/a" };
  const facts = { identity: randomUUID(), name: "main", kind: "folder", keyId: "k" } as const;
  return { ...facts, ...place, createdAt: world.clock.now(), ...more };
}

const follow = (vault: EnvironmentVault) =>
  inTransaction(world.db, (tx) => followEnvironmentVault(tx, vault, world.clock));

async function addVault(name: string): Promise<string> {
  const id = newId();
  const place = { account: "acct", container: name, folder: null };
  const facts = { id, name, kind: "azure-blob", source: "portal", state: "enabled" } as const;
  await inTransaction(world.db, (tx) =>
    createVaultRow(tx, { ...facts, ...place, sealedSecret: Uint8Array.of(1) }, world.clock),
  );
  return id;
}

test("a vault's name belongs to one vault", async () => {
  const vault = folderVault();
  expect(await follow(vault)).toMatchObject({ created: true });
  expect(await follow({ ...vault, folder: "/b" })).toMatchObject({ created: false });
  expect(await findVault(world.db.prisma, "main")).toMatchObject({ folder: "/b", isDefault: true });
  await expect(follow({ ...vault, identity: randomUUID() })).rejects.toMatchObject({ code: "CONFLICT" });
});

test("processes that start together store one vault", async () => {
  const vault = folderVault();
  const made = await Promise.all(Array.from({ length: 6 }, () => follow(vault)));
  expect(made.filter(({ created }) => created)).toHaveLength(1);
  expect(await listVaults(world.db.prisma)).toHaveLength(1);
});

test("the environment's vault becomes the default, unless a user chose another", async () => {
  const first = folderVault();
  await follow(first);
  const second = folderVault({ name: "second" });
  await follow(second);
  expect(await requireDefaultVault(world.db.prisma)).toMatchObject({ id: second.identity });
  const chosen = await addVault("chosen");
  await inTransaction(world.db, (tx) => makeDefaultVault(tx, chosen, world.clock));
  await follow(folderVault({ name: "third" }));
  expect(await requireDefaultVault(world.db.prisma)).toMatchObject({ id: chosen });
});

test("one vault is the default, also when two are made it at once", async () => {
  const ids = await Promise.all([addVault("a"), addVault("b"), addVault("c")]);
  await Promise.all(ids.map((id) => inTransaction(world.db, (tx) => makeDefaultVault(tx, id, world.clock))));
  const rows = await listVaults(world.db.prisma);
  expect(rows.filter(({ isDefault }) => isDefault)).toHaveLength(1);
  const { id } = await requireDefaultVault(world.db.prisma);
  const disable = inTransaction(world.db, (tx) =>
    changeVault(tx, { id, change: { state: "disabled" } }, world.clock),
  );
  await expect(disable).rejects.toThrow("Vault_default_is_enabled");
});

test("a storage that holds a known vault cannot be added twice", async () => {
  const known = folderVault();
  await follow(known);
  const id = await addVault("copy");
  const facts = { id, name: "copy", keyId: "k" };
  const { prisma } = world.db;
  await expect(recordVaultIdentity(prisma, { ...facts, identity: known.identity })).rejects.toMatchObject({
    code: "CONFLICT",
    reason: "vault-known",
  });
  const identity = randomUUID();
  await recordVaultIdentity(prisma, { ...facts, identity });
  await recordVaultIdentity(prisma, { ...facts, identity });
  await expect(recordVaultIdentity(prisma, { ...facts, identity: randomUUID() })).rejects.toMatchObject({
    reason: "other-vault",
  });
});
