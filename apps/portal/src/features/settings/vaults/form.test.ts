import { expect, test } from "vitest";
import { emptyVault, toVault, vaultProblems } from "./form.ts";

test("a blob vault needs a container and a connection string, a folder vault a folder", () => {
  expect(vaultProblems(emptyVault)).toEqual({
    name: "nameWrong",
    container: "containerWrong",
    connectionString: "connectionWrong",
  });
  const blob = { ...emptyVault, name: " second ", container: "kluis-2", connectionString: "AccountKey=x" };
  expect(vaultProblems(blob)).toEqual({});
  expect(toVault(blob)).toEqual({
    name: "second",
    place: { kind: "azure-blob", container: "kluis-2", connectionString: "AccountKey=x" },
  });
  expect(vaultProblems({ ...blob, kind: "folder", folder: "../x" })).toEqual({ folder: "folderWrong" });
  expect(toVault({ ...blob, kind: "folder", folder: "x" }).place).toEqual({ kind: "folder", folder: "x" });
});
