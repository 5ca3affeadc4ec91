import { KluisError } from "@kluis/domain";
import { z } from "zod";

const schema = z.object({ DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }) });

/**
 * Reads the database's address from an environment.
 * @throws KluisError CONFIG_INVALID when DATABASE_URL is missing or not a PostgreSQL address. Never repeats the value, which holds a password.
 */
export function parseDatabaseEnv(env: Readonly<Record<string, string | undefined>>): { url: string } {
  const parsed = schema.safeParse(env);
  if (parsed.success) return { url: parsed.data.DATABASE_URL };
  throw new KluisError("CONFIG_INVALID", {
    message: env["DATABASE_URL"] ? "DATABASE_URL is not a PostgreSQL address." : "DATABASE_URL is not set.",
    action: "Set DATABASE_URL to an address such as postgresql://user:password@host:5432/database.",
  });
}
