import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openSecretBox } from "./seal.ts";

const folder = mkdtempSync(join(tmpdir(), "kluis-seal-"));
afterAll(() => rmSync(folder, { recursive: true }));

function keyFile(name: string, text = randomBytes(32).toString("base64url")): string {
  const file = join(folder, name);
  writeFileSync(file, `${text}\n`);
  return file;
}

test("only the row that a secret was sealed for opens it, with the same key", () => {
  const file = keyFile("a");
  const box = openSecretBox(file);
  const sealed = box.seal("päss=word", "connection:1");
  expect(Buffer.from(sealed).includes("word")).toBe(false);
  expect(openSecretBox(file).open(sealed, "connection:1")).toBe("päss=word");
  expect(box.open(sealed, "connection:2")).toBeNull();
  expect(openSecretBox(keyFile("b")).open(sealed, "connection:1")).toBeNull();
  expect(openSecretBox(null).open(sealed, "connection:1")).toBeNull();
});

test("two seals of one secret differ, and every altered byte is noticed", () => {
  const box = openSecretBox(keyFile("c"));
  const sealed = box.seal("secret", "vault:1");
  expect(box.seal("secret", "vault:1")).not.toEqual(sealed);
  for (let at = 0; at < sealed.length; at++) {
    const altered = Uint8Array.from(sealed);
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(box.open(altered, "vault:1")).toBeNull();
  }
  expect(box.open(sealed.subarray(0, 20), "vault:1")).toBeNull();
});

test("a missing or wrong key is a setting to correct", () => {
  expect(() => openSecretBox(null).seal("secret", "vault:1")).toThrow(/KLUIS_SECRETS_KEY_FILE is not set/);
  expect(() => openSecretBox(join(folder, "none"))).toThrow(/cannot be read/);
  expect(() => openSecretBox(keyFile("short", "c2hvcnQ="))).toThrow(/does not hold 32 bytes/);
});
