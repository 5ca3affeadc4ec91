import { describe, expect, it } from "vitest";
import { signal } from "../test/fixtures.ts";
import { useTempFolder } from "../test/temp-folder.ts";
import { openVaultKey, openVaultStore, readVaultSettings, vaultEnvSchema } from "./settings.ts";

describe("the settings of a vault", () => {
  const inFolder = useTempFolder();

  const settings = () =>
    readVaultSettings(
      vaultEnvSchema.parse({
        KLUIS_VAULT_KIND: "folder",
        KLUIS_VAULT_FOLDER: inFolder("vault"),
        KLUIS_VAULT_KEY_FILE: inFolder("key.json"),
      }),
    );

  it("require the place that the kind needs", () => {
    const problems = (env: Record<string, string>) =>
      vaultEnvSchema
        .safeParse({ KLUIS_VAULT_KEY_FILE: "/k", ...env })
        .error?.issues.map(({ path }) => path[0]);
    expect(problems({ KLUIS_VAULT_KIND: "folder" })).toEqual(["KLUIS_VAULT_FOLDER"]);
    expect(problems({})).toEqual(["KLUIS_VAULT_CONNECTION_FILE"]);
    expect(problems({ KLUIS_VAULT_CONNECTION_FILE: "/c" })).toBeUndefined();
  });

  it("open the store that they name", async () => {
    const store = await openVaultStore(settings(), signal);
    expect(store.description).toBe(`folder ${inFolder("vault")}`);
  });

  it("create a key only on request", async () => {
    await expect(openVaultKey(settings(), { create: false })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      params: { setting: "KLUIS_VAULT_KEY_FILE" },
    });
    const created = await openVaultKey(settings(), { create: true });
    const found = await openVaultKey(settings(), { create: false });
    expect(found.recipient.keyId).toBe(created.recipient.keyId);
  });
});
