/** Applies all pending migrations to the database of DATABASE_URL. */
import { parseDatabaseEnv } from "../src/env.ts";
import { migrate } from "../src/migrate.ts";

const applied = await migrate(parseDatabaseEnv(process.env).url);
process.stdout.write(
  applied.length === 0 ? "The database is up to date.\n" : `Applied ${applied.join(", ")}.\n`,
);
