import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openSecretBox } from "./seal.ts";

const folder = mkdtempSync(join(tmpdir(), "kluis-seal-"));
afterAll(() => rmSync(folder, { recursive: true }));

function keyFile(name: string, text = randomBytes(32).toString("base64url")): string {
  const file = join(folder, name);
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
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

test("after a rotation the first key of the file seals, and the older ones still open", () => {
  const [before, next] = [randomBytes(32).toString("base64url"), randomBytes(32).toString("base64url")];
  const old = openSecretBox(keyFile("old", before));
  const both = openSecretBox(keyFile("both", `${next}\n${before}`));
  const sealed = old.seal("secret", "vault:1");
  expect([both.open(sealed, "vault:1"), both.isCurrent(sealed)]).toEqual(["secret", false]);
  const again = both.seal("secret", "vault:1");
  expect(both.isCurrent(again)).toBe(true);
  expect(openSecretBox(keyFile("next", next)).open(again, "vault:1")).toBe("secret");
  expect(old.open(again, "vault:1")).toBeNull();
});

test("a key that other users may read or change is refused", () => {
  const file = keyFile("open");
  chmodSync(file, 0o640);
  expect(openSecretBox(file).seal("secret", "vault:1")).toBeDefined();
  for (const mode of [0o644, 0o620, 0o606]) {
    chmodSync(file, mode);
    expect(() => openSecretBox(file)).toThrow(/other users may read or change/);
  }
});

test("a missing or wrong key is a setting to correct", () => {
  expect(() => openSecretBox(null).seal("secret", "vault:1")).toThrow(/KLUIS_SECRETS_KEY_FILE is not set/);
  expect(() => openSecretBox(join(folder, "none"))).toThrow(/cannot be read/);
  expect(() => openSecretBox(keyFile("short", "c2hvcnQ="))).toThrow(/does not hold 32 bytes/);
});
