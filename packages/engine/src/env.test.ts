import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseEngineEnv } from "./env.ts";

const folder = mkdtempSync(join(tmpdir(), "kluis-env-"));
const connectionFile = join(folder, "connection");
writeFileSync(connectionFile, "UseDevelopmentStorage=true\n");

const azure = {
  KLUIS_AZURE_TENANT_ID: "11111111-1111-4111-8111-111111111111",
  KLUIS_AZURE_SUBSCRIPTIONS: "22222222-2222-4222-8222-222222222222",
};
const good = {
  ...azure,
  DATABASE_URL: "postgresql://u:p@127.0.0.1/db",
  KLUIS_VAULT_CONNECTION_FILE: connectionFile,
  KLUIS_VAULT_KEY_FILE: join(folder, "key"),
};

describe("the engine's settings", () => {
  it("read the files that they name, and have defaults", () => {
    const config = parseEngineEnv(good);
    expect(config.vault).toMatchObject({
      kind: "azure-blob",
      connectionString: "UseDevelopmentStorage=true",
      container: "kluis-vault",
      name: "main",
    });
    expect(config).toMatchObject({ concurrency: 3, logFormat: "json", ledgerKeyFile: null });
  });

  it("accept a folder as the vault", () => {
    const { KLUIS_VAULT_CONNECTION_FILE: _, ...rest } = good;
    const config = parseEngineEnv({ ...rest, KLUIS_VAULT_KIND: "folder", KLUIS_VAULT_FOLDER: "/srv/vault" });
    expect(config.vault).toMatchObject({ kind: "folder", folder: "/srv/vault" });
  });

  it("report every missing or invalid setting in one error", () => {
    const { DATABASE_URL: _, ...rest } = good;
    expect(() => parseEngineEnv({ ...rest, KLUIS_ENGINE_CONCURRENCY: "many" })).toThrow(
      /DATABASE_URL.*KLUIS_ENGINE_CONCURRENCY/,
    );
    expect(() => parseEngineEnv({ ...good, KLUIS_VAULT_CONNECTION_FILE: undefined })).toThrow(
      /KLUIS_VAULT_CONNECTION_FILE/,
    );
    expect(() => parseEngineEnv({ ...good, KLUIS_VAULT_CONNECTION_FILE: join(folder, "none") })).toThrow(
      /cannot be read/,
    );
  });
});
