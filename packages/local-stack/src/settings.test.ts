import { isKluisError } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import { parseSettings, systemEnv } from "./settings.ts";

const root = "/checkout";

function problem(env: Record<string, string>): string {
  try {
    parseSettings(env, root);
  } catch (error) {
    if (isKluisError(error, "CONFIG_INVALID")) return error.message;
    throw error;
  }
  return "none";
}

const azure = {
  KLUIS_AZURE_TENANT_ID: "t",
  KLUIS_AZURE_SUBSCRIPTIONS: "s",
  KLUIS_ENTRA_TENANT_ID: "t",
  KLUIS_ENTRA_CLIENT_ID: "c",
  KLUIS_ENTRA_CLIENT_SECRET_FILE: "f",
};

describe("settings of the stack", () => {
  it("uses the embedded parts when nothing is set", () => {
    expect(parseSettings({}, root)).toEqual({
      home: "/checkout/.kluis",
      port: 3000,
      database: null,
      azure: null,
      vault: null,
      passed: {},
    });
  });

  it("treats an empty variable as not set", () => {
    expect(parseSettings({ KLUIS_PORT: "", KLUIS_HOME: " ", DATABASE_URL: "" }, root).port).toBe(3000);
  });

  it("reads a folder relative to the checkout", () => {
    expect(parseSettings({ KLUIS_HOME: "data/a" }, root).home).toBe("/checkout/data/a");
    expect(parseSettings({ KLUIS_HOME: "/srv/kluis" }, root).home).toBe("/srv/kluis");
  });

  it.each(["abc", "0", "70000", "3000.5"])("refuses the port %s", (port) => {
    expect(problem({ KLUIS_PORT: port })).toMatch(/KLUIS_PORT must be a port/);
  });

  it("refuses a database address of another kind, without repeating it", () => {
    const message = problem({ DATABASE_URL: "mysql://user:secret@host/db" });
    expect(message).toMatch(/DATABASE_URL is not a PostgreSQL address/);
    expect(message).not.toContain("secret");
  });

  it("names every setting that a real Azure still needs", () => {
    const message = problem({ KLUIS_AZURE_TENANT_ID: "t" });
    for (const name of Object.keys(azure).slice(1)) expect(message).toContain(`${name} is missing`);
    expect(message).toContain("KLUIS_VAULT_CONNECTION_FILE");
  });

  it("uses a real Azure and vault when both are named", () => {
    const vault = { KLUIS_VAULT_CONNECTION_FILE: "/etc/kluis/vault" };
    const settings = parseSettings({ ...azure, ...vault, UNRELATED: "x" }, root);
    expect(settings.azure).toEqual(azure);
    expect(settings.vault).toEqual(vault);
  });

  it("requires the folder of a folder vault", () => {
    expect(problem({ KLUIS_VAULT_KIND: "folder" })).toContain("KLUIS_VAULT_FOLDER is missing");
  });

  it("passes only listed variables to children", () => {
    expect(systemEnv({ PATH: "/bin", AWS_SECRET: "x", HOME: "/h", DATABASE_URL: "y" })).toEqual({
      PATH: "/bin",
      HOME: "/h",
    });
  });
});
