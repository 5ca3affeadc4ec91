/**
 * Applies all pending migrations to the database of DATABASE_URL, and gives the roles of KLUIS_DATABASE_URL_ENGINE and
 * KLUIS_DATABASE_URL_PORTAL their rights when both are set.
 */

import { grantRights, roleOfUrl } from "../src/database-roles/grants.ts";
import { parseDatabaseEnv } from "../src/env.ts";
import { migrate } from "../src/migrate.ts";

const owner = parseDatabaseEnv(process.env).url;
const applied = await migrate(owner);
const [engine, portal] = (["engine", "portal"] as const).map(
  (user) => parseDatabaseEnv(process.env, user).url,
);
if (engine !== undefined && portal !== undefined && engine !== owner && portal !== owner)
  await grantRights(owner, { engine: roleOfUrl(engine), portal: roleOfUrl(portal) });
process.stdout.write(
  applied.length === 0 ? "The database is up to date.\n" : `Applied ${applied.join(", ")}.\n`,
);
