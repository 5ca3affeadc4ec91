/** What the local Azure can refuse of the calls that Kluis makes has a row in the tables. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeTables } from "./table.ts";

/** Calls that Kluis never makes. */
const others =
  /^`(resourceGroups|resources|networkInterfaces|roleAssignments|roleDefinitions|policyDefinitions|managementLocks|tags)\./;
/** Disks that are made from an image of Azure; Kluis uploads bytes. */
const images = "PlatformImageNotFound";

test("the codes of the local Azure's refusals are in the tables", async () => {
  const readme = await readFile(join(import.meta.dirname, "../../../local-azure/README.md"), "utf8");
  const [, table = ""] = /<!-- refusals -->\n([\s\S]*?)\n<!-- \/refusals -->/.exec(readme) ?? [];
  const rows = [...table.matchAll(/^\| `\w+` \| \d{3} `(\w+)` \| [^|]+ \| (.+) \|$/gm)].map(
    ([, code = "", calls = ""]) => ({ code, calls }),
  );
  expect(rows.length).toBeGreaterThan(80);
  const missing = rows
    .filter(({ code, calls }) => !others.test(calls) && code !== images)
    .filter(({ code, calls }) => {
      const known = calls.startsWith("`blob.") ? codeTables.disk : codeTables.arm;
      return !Object.hasOwn(known, code);
    });
  expect(missing).toEqual([]);
});
