import fc from "fast-check";
import { expect, test } from "vitest";
import { readVaultCredentials, vaultCredentialsText } from "./credentials.ts";

const connection = fc.string({ minLength: 1, maxLength: 200 }).map((text) => `AccountKey=${text}`);
const maybe = fc.option(connection, { nil: undefined });

test("credentials read back", () => {
  fc.assert(
    fc.property(connection, maybe, maybe, (writer, collector, reader) => {
      expect(readVaultCredentials(vaultCredentialsText({ writer, collector, reader }))).toEqual({
        writer,
        ...(collector === undefined ? {} : { collector }),
        ...(reader === undefined ? {} : { reader }),
      });
    }),
  );
});

test("a bare string is one credential for all", () => {
  expect(vaultCredentialsText({ writer: "AccountKey=x" })).toBe("AccountKey=x");
  expect(readVaultCredentials("AccountKey=x")).toEqual({ writer: "AccountKey=x" });
});

test.each(["{", "{}", '{"writer":1}', '{"writer":"w","other":"x"}'])("%s has no credentials", (text) => {
  expect(readVaultCredentials(text)).toBeNull();
});
