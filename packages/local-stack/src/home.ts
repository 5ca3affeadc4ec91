/** The data folder (KLUIS_HOME): its layout, secrets and ports. */
import { generateKeyPairSync } from "node:crypto";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { privateFolder, readTextIfExists, secretFile, writeSynced } from "./files.ts";
import { isRoot } from "./system-user.ts";

/** Paths in the data folder. All of them are private to the owner; PostgreSQL's folder belongs to its system user. */
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
    /** Exists once the demo VMs have been protected, so that a user can take them out again. */
    demoDone: join(home, "demo-protected"),
    secrets: join(home, "secrets"),
    databasePassword: secret("database-password"),
    enginePassword: secret("database-engine-password"),
    portalPassword: secret("database-portal-password"),
    azuriteKey: secret("azurite-key"),
    vaultConnection: secret("vault-connection"),
    vaultKey: secret("vault-key"),
    ledgerKey: secret("ledger-key.pem"),
    secretsKey: secret("secrets-key"),
    vaults: join(home, "vaults"),
    azureClientSecret: secret("azure-client-secret"),
    portalClientSecret: secret("portal-client-secret"),
  };
}
export type HomeLayout = ReturnType<typeof homeLayout>;

/**
 * Creates the folders and the secrets that no part creates. The data folder has mode 0700; when root starts Kluis 0711, because
 * PostgreSQL's user must pass through it.
 */
export async function prepareHome(layout: HomeLayout): Promise<void> {
  await privateFolder(layout.home, isRoot() ? 0o711 : 0o700);
  await privateFolder(layout.logs);
  await privateFolder(layout.secrets);
  await secretFile(layout.ledgerKey, newLedgerKey);
  await secretFile(layout.secretsKey);
}

/** Returns a new Ed25519 key (PKCS#8 PEM) that signs the heads of the ledger. */
export function newLedgerKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString().trim();
}

/** Replaces a file of secrets (mode 0600) atomically. */
export async function replaceSecret(path: string, text: string): Promise<void> {
  await writeSynced(`${path}.new`, `${text}\n`);
  await rename(`${path}.new`, path);
}

const portsSchema = z.record(z.string(), z.number());

/** Returns the ports of the last start. They are reused while free, so that stored addresses and bookmarks stay valid. */
export async function readPorts(layout: HomeLayout): Promise<Record<string, number>> {
  const text = await readTextIfExists(layout.ports);
  if (text === null) return {};
  const parsed = portsSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : {};
}

export async function writePorts(layout: HomeLayout, ports: Readonly<Record<string, number>>): Promise<void> {
  await replaceSecret(layout.ports, JSON.stringify(ports));
}
