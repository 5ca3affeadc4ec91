import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isKluisError } from "@kluis/domain";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseApiEnv } from "./env.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "kluis-env-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const database = { DATABASE_URL: "postgresql://kluis:secret@127.0.0.1:5432/kluis" };

function problemOf(env: Record<string, string>): string {
  try {
    parseApiEnv(env);
  } catch (error) {
    if (isKluisError(error, "CONFIG_INVALID")) return error.message;
    throw error;
  }
  return "none";
}

describe("settings", () => {
  test("a blob vault reads its connection from a file", () => {
    const file = path.join(folder, "connection");
    writeFileSync(file, "UseDevelopmentStorage=true\n");
    const env = parseApiEnv({ ...database, KLUIS_VAULT_CONNECTION_FILE: file, KLUIS_VAULT_KEY_FILE: "/k" });
    expect(env.vault).toEqual({
      kind: "azure-blob",
      name: "main",
      keyFile: "/k",
      connectionString: "UseDevelopmentStorage=true",
      container: "kluis-vault",
    });
  });

  test("a folder vault needs its folder", () => {
    const base = { ...database, KLUIS_VAULT_KIND: "folder", KLUIS_VAULT_KEY_FILE: "/k" };
    expect(problemOf(base)).toContain("KLUIS_VAULT_FOLDER");
    expect(parseApiEnv({ ...base, KLUIS_VAULT_FOLDER: "/v" }).vault).toMatchObject({
      kind: "folder",
      folder: "/v",
    });
  });

  test("one error names every wrong setting and repeats no value", () => {
    const message = problemOf({ ...database, KLUIS_VAULT_KIND: "tape", KLUIS_LOG_LEVEL: "loud" });
    expect(message).toContain("KLUIS_VAULT_KIND");
    expect(message).toContain("KLUIS_VAULT_KEY_FILE");
    expect(message).toContain("KLUIS_LOG_LEVEL");
    expect(problemOf({ DATABASE_URL: "nonsense:hunter2" })).not.toContain("hunter2");
  });

  test("a connection file that cannot be read is named", () => {
    const env = {
      ...database,
      KLUIS_VAULT_CONNECTION_FILE: path.join(folder, "none"),
      KLUIS_VAULT_KEY_FILE: "/k",
    };
    expect(problemOf(env)).toContain("KLUIS_VAULT_CONNECTION_FILE");
  });
});
