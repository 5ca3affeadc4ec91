import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import { readConfigVersion } from "../connections/config-version.ts";
import { newId } from "../ids.ts";
import { ensureInstallation } from "../installation/write.ts";
import { inTransaction } from "../tx.ts";
import { readSealedVaultSecrets } from "../vaults/read.ts";
import { createVaultRow } from "../vaults/write.ts";
import { resealSecrets } from "./reseal.ts";
import { openSecretBox } from "./seal.ts";

const world = freshWorld();
const folder = mkdtempSync(join(tmpdir(), "kluis-reseal-"));
afterAll(() => rmSync(folder, { recursive: true }));

const [before, next, lost] = ["a", "b", "c"].map(() => randomBytes(32).toString("base64url"));
function boxOf(...keys: readonly (string | undefined)[]) {
  const file = join(folder, newId());
  writeFileSync(file, keys.join("\n"), { mode: 0o600 });
  return openSecretBox(file);
}

test("secrets of an older key are sealed with the first one, and a lost one is named", async () => {
  const { prisma } = world.db;
  await ensureInstallation(world.db, world.clock);
  const add = async (name: string, box: ReturnType<typeof boxOf>): Promise<string> => {
    const id = newId();
    const facts = { id, name, kind: "azure-blob", source: "portal", state: "disabled" } as const;
    const place = { account: "a", container: name, folder: null };
    const sealedSecret = box.seal(`secret of ${name}`, `vault:${id}`);
    await inTransaction(world.db, (tx) =>
      createVaultRow(tx, { ...facts, ...place, sealedSecret }, world.clock),
    );
    return id;
  };
  const id = await add("old", boxOf(before));
  await add("lost", boxOf(lost));
  await add("new", boxOf(next));
  const version = await readConfigVersion(prisma);
  const reseal = () => inTransaction(world.db, (tx) => resealSecrets(tx, boxOf(next, before)));
  expect(await reseal()).toEqual({ resealed: 1, unreadable: ["lost"] });
  expect(await readConfigVersion(prisma)).toBeGreaterThan(version);
  const sealed = (await readSealedVaultSecrets(prisma)).get(id) ?? new Uint8Array();
  expect(boxOf(next).open(sealed, `vault:${id}`)).toBe("secret of old");
  expect(await reseal()).toEqual({ resealed: 0, unreadable: ["lost"] });
});
