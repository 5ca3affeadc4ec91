import { rm } from "node:fs/promises";
import path from "node:path";
import { createFolderStore, openVault, readRecoveryKey } from "@kluis/vault";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type World } from "../testing.ts";

let world: World;
let owner: Awaited<ReturnType<World["as"]>>;
beforeAll(async () => {
  world = await createWorld();
  owner = await world.as("owner");
});
afterAll(() => world[Symbol.asyncDispose]());

const attention = () =>
  world.api.db.prisma.attention.findMany({ where: { kind: "vault-recovery" }, select: { message: true } });
const eventsOf = async () =>
  (await world.api.db.prisma.ledgerEvent.findMany({ orderBy: { seq: "asc" } }))
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith("vault.key"));
const signal = new AbortController().signal;

test("a recovery key is shown once, requested until it is proven, and opens the vault without Kluis", async () => {
  expect(await owner.vaultKeys.list({ vault: "main" })).toMatchObject({
    keys: [{ kind: "file", isOwn: true, isPresent: true }],
    isRecoverable: false,
  });
  const made = await owner.vaultKeys.addRecovery({ vault: "main", label: "Safe" });
  const text = made.papers[0]?.text ?? "";
  expect(await attention()).toMatchObject([{ message: expect.stringMatching(/is not proven/) as string }]);

  const typo = `${text.slice(0, 12)}${text[12] === "2" ? "3" : "2"}${text.slice(13)}`;
  await expect(owner.vaultKeys.prove({ vault: "main", typed: [typo] })).rejects.toMatchObject({
    cause: { reason: "printed-group", params: { group: 3 } },
  });
  const proven = await owner.vaultKeys.prove({ vault: "main", typed: [text.toLowerCase()] });
  expect(proven).toMatchObject({ isRecoverable: true, keys: [{}, { label: "Safe", provenBy: "owner" }] });
  expect(await attention()).toEqual([]);

  const store = createFolderStore(path.join(world.folder, "vault"));
  const vault = await openVault({ store, keys: readRecoveryKey(text), signal });
  expect(vault.id).toBe(world.vault.id);
  const stored = await world.api.db.prisma.$queryRaw<{ text: string }[]>`
    SELECT (SELECT string_agg(k::text, '') FROM "VaultKey" k) || (SELECT string_agg(e::text, '') FROM "LedgerEvent" e) AS text`;
  expect(stored[0]?.text).not.toContain(text.slice(0, 11));
});

test("any two of three shares are a proof; one is not", async () => {
  const { papers } = await owner.vaultKeys.addShares({
    vault: "main",
    label: "Board",
    threshold: 2,
    count: 3,
  });
  const [one = "", , three = ""] = papers.map(({ text }) => text);
  await expect(owner.vaultKeys.prove({ vault: "main", typed: [one, one] })).rejects.toMatchObject({
    cause: { reason: "shares-too-few", params: { found: 1, threshold: 2 } },
  });
  const { keys } = await owner.vaultKeys.prove({ vault: "main", typed: [three, one] });
  expect(keys.find(({ kind }) => kind === "shares")).toMatchObject({ threshold: 2, shares: 3 });
});

test("a removed key opens nothing; a rotation keeps the others; the ledger has each change", async () => {
  const { papers, keyId } = await owner.vaultKeys.addRecovery({ vault: "main", label: "Old" });
  const { keys } = await owner.vaultKeys.list({ vault: "main" });
  const old = keys.find((one) => one.keyId === keyId)?.id ?? "";
  const file = keys.find(({ isOwn }) => isOwn)?.id ?? "";
  await expect(owner.vaultKeys.remove({ vault: "main", key: file })).rejects.toMatchObject({
    cause: { reason: "key-in-use" },
  });
  await owner.vaultKeys.remove({ vault: "main", key: old });
  const typed = papers.map(({ text }) => text);
  await expect(owner.vaultKeys.prove({ vault: "main", typed })).rejects.toMatchObject({
    cause: { code: "VAULT_KEY_WRONG" },
  });
  const rotated = await owner.vaultKeys.rotate({ vault: "main" });
  expect(rotated).toMatchObject({ rotations: 1, isRecoverable: true, ignored: 0 });
  expect(await eventsOf()).toEqual([
    "vault.key-added",
    "vault.key-proven",
    "vault.key-added",
    "vault.key-proven",
    "vault.key-added",
    "vault.key-removed",
    "vault.keys-rotated",
  ]);
});

test("a vault whose slots were all deleted opens with the copies", async () => {
  await rm(path.join(world.folder, "vault", "keys"), { recursive: true });
  const { keys } = await owner.vaultKeys.list({ vault: "main" });
  expect(keys.map(({ isPresent }) => isPresent)).toEqual([false, false, false]);
  await owner.vaultKeys.rotate({ vault: "main" });
  expect((await owner.vaultKeys.list({ vault: "main" })).keys.every(({ isPresent }) => isPresent)).toBe(true);
});
