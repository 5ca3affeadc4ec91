/** `kluis vault` on a blob container: with the key of the account, and with the rights of a shared access signature only. */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { BlobServiceClient, ContainerSASPermissions } from "@azure/storage-blob";
import { startAzurite } from "@kluis/local-stack/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exitCodes } from "../failure.ts";
import { run } from "../main.ts";

let azurite: Awaited<ReturnType<typeof startAzurite>>;
let folder: string;
const content = Buffer.concat([randomBytes(1024 * 1024), Buffer.alloc(1024 * 1024), randomBytes(70_000)]);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kluis-vault-azurite-"));
  azurite = await startAzurite({ dataDir: path.join(folder, "azurite") });
  await writeFile(path.join(folder, "key.txt"), azurite.connectionString);
  await writeFile(path.join(folder, "disk.img"), content);
});
afterAll(async () => {
  await azurite.stop();
  await rm(folder, { recursive: true, force: true });
});

const address = (container: string): string => `${azurite.url}/${container}`;
const service = () => BlobServiceClient.fromConnectionString(azurite.connectionString);

/** r: read, c: create, l: list. */
async function signature(container: string, permissions: string): Promise<void> {
  const url = await service()
    .getContainerClient(container)
    .generateSasUrl({
      permissions: ContainerSASPermissions.parse(permissions),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
  await writeFile(path.join(folder, `${permissions}.txt`), new URL(url).search);
}

async function containers(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of service().listContainers()) names.push(name);
  return names;
}

/** Runs `kluis vault …`; `secret` is the file with the connection string or the signature. */
async function vault(
  line: string,
  { container = "first", secret = "key.txt" }: { readonly container?: string; readonly secret?: string } = {},
): Promise<{ code: number; out: string; err: string }> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const env = {
    KLUIS_HOME: "/nowhere",
    KLUIS_VAULT: address(container),
    KLUIS_VAULT_CONNECTION_FILE: path.join(folder, secret),
    KLUIS_VAULT_KEY_FILE: path.join(folder, "vault.key"),
    KLUIS_VAULT_COPY_CONNECTION_FILE: path.join(folder, "key.txt"),
  };
  const signal = new AbortController().signal;
  const words = ["vault", ...line.replaceAll("DIR", folder).split(" ")];
  const code = await run(words, { stdin, stdout, stderr, env, signal });
  return { code, out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
}

test("with a signature that creates, reads and lists: backup, ls, verify, restore and copy", async () => {
  expect(await vault("init")).toMatchObject({ code: exitCodes.ok });
  await signature("first", "rcl");
  const limited = { secret: "rcl.txt" };
  for (const line of ["backup DIR/disk.img", "verify --mode full", "restore disk@latest --to DIR/back.img"])
    expect([line, await vault(line, limited)]).toMatchObject([line, { code: exitCodes.ok }]);
  const { out } = await vault("ls --json", limited);
  expect(JSON.parse(out)).toMatchObject({ points: [{}] });
  expect((await readFile(path.join(folder, "back.img"))).equals(content)).toBe(true);

  expect(await vault(`copy ${address("second")}`, limited)).toMatchObject({ code: exitCodes.ok });
  expect(await vault("verify --mode full", { container: "second" })).toMatchObject({ code: exitCodes.ok });
  await signature("second", "rl");
  const refused = await vault("backup DIR/disk.img", { container: "second", secret: "rl.txt" });
  expect(refused.err).toContain("status 403");
  const again = await vault("restore disk@latest --to DIR/again.img", {
    container: "second",
    secret: "rl.txt",
  });
  expect(again).toMatchObject({ code: exitCodes.ok });
  expect((await readFile(path.join(folder, "again.img"))).equals(content)).toBe(true);
});

test("only init makes a container: every other command names the missing one", async () => {
  for (const line of [
    "ls",
    "verify",
    "keys",
    "backup DIR/disk.img",
    "restore disk@latest --to DIR/none.img",
    "copy DIR/none",
  ]) {
    const { code, err } = await vault(line, { container: "absent" });
    expect([line, code]).toEqual([line, exitCodes.notFound]);
    expect(err).toContain("ContainerNotFound");
  }
  expect(await containers()).toEqual(["first", "second"]);
});
