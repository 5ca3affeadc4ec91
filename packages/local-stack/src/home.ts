/** The data folder (KLUIS_HOME): its layout, its lock, its secrets. */
import { generateKeyPairSync } from "node:crypto";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { privateFolder, readTextIfExists, secretFile, writeSynced } from "./files.ts";
import { isRoot } from "./system-user.ts";

/** Where things are. Everything is private to the owner; only PostgreSQL's folder belongs to its user. */
export function homeLayout(home: string) {
  const secret = (name: string): string => join(home, "secrets", name);
  return {
    home,
    logs: join(home, "logs"),
    postgres: join(home, "postgres"),
    azurite: join(home, "azurite"),
    localAzure: join(home, "local-azure"),
    lock: join(home, "kluis.lock"),
    ports: join(home, "ports.json"),
    cli: join(home, "cli.json"),
    /** Written when the demo VMs were protected once: a person may take them out again. */
    demoDone: join(home, "demo-protected"),
    secrets: join(home, "secrets"),
    databasePassword: secret("database-password"),
    azuriteKey: secret("azurite-key"),
    vaultConnection: secret("vault-connection"),
    vaultKey: secret("vault-key"),
    ledgerKey: secret("ledger-key.pem"),
    azureClientSecret: secret("azure-client-secret"),
    portalClientSecret: secret("portal-client-secret"),
  };
}
export type HomeLayout = ReturnType<typeof homeLayout>;

/**
 * Makes the folders and the secrets that do not come with their part. The data folder itself is 0700; when root starts Kluis,
 * 0711, since PostgreSQL's user must be able to pass through it to its own folder.
 */
export async function prepareHome(layout: HomeLayout): Promise<void> {
  await privateFolder(layout.home, isRoot() ? 0o711 : 0o700);
  await privateFolder(layout.logs);
  await privateFolder(layout.secrets);
  await secretFile(layout.ledgerKey, newLedgerKey);
}

/** An Ed25519 key (PKCS#8 PEM), with which the heads of the ledger are signed. */
export function newLedgerKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString().trim();
}

/** Writes a file of secrets anew (mode 0600), whole or not at all. */
export async function replaceSecret(path: string, text: string): Promise<void> {
  await writeSynced(`${path}.new`, `${text}\n`);
  await rename(`${path}.new`, path);
}

const portsSchema = z.record(z.string(), z.number());

/** The ports of the last start: kept when they are still free, so that addresses in the database and in bookmarks stay true. */
export async function readPorts(layout: HomeLayout): Promise<Record<string, number>> {
  const text = await readTextIfExists(layout.ports);
  if (text === null) return {};
  const parsed = portsSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : {};
}

export async function writePorts(layout: HomeLayout, ports: Readonly<Record<string, number>>): Promise<void> {
  await replaceSecret(layout.ports, JSON.stringify(ports));
}
