/** `npm run migration -- NAME`: writes a migration for the changes in prisma/schema.prisma, and prints what it wrote. */
import { relative } from "node:path";
import { writeMigration } from "../packages/db/scripts/new-migration.ts";
import { parseDatabaseEnv } from "../packages/db/src/env.ts";
import setUpServer, { testServerVariable } from "../packages/local-stack/src/vitest-global-setup.ts";
import { root } from "./run.ts";

const name = process.argv[2] ?? "";
if (!/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error(
    "Give the migration a name of lower-case letters, digits and _: npm run migration -- add_vm_owner",
  );
  process.exitCode = 2;
} else {
  process.exitCode = await main(name);
}

async function main(migration: string): Promise<number> {
  // Uses DATABASE_URL when set; else starts a PostgreSQL in a temporary folder.
  const stop = await setUpServer();
  try {
    const url = process.env[testServerVariable];
    const files = await writeMigration(
      parseDatabaseEnv(url === undefined ? process.env : { DATABASE_URL: url }).url,
      migration,
    );
    if (files.length === 0) {
      console.log("prisma/schema.prisma has not changed since the newest migration: nothing was written.");
      return 0;
    }
    for (const file of files) console.log(`Wrote ${relative(root, file)}`);
    console.log(
      "Review the SQL, and add by hand what the schema language cannot express (triggers, checks).",
    );
    return 0;
  } finally {
    await stop();
  }
}
