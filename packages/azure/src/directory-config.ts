/** Which identity reads accounts and groups from the directory, and where Microsoft Graph is. */
import { graphUrlOf, KluisError, limits } from "@kluis/domain";
import { z } from "zod";
import { type IdentityConfig, parseIdentityEnv, readSecretFile, rewriteSchema } from "./config.ts";

const HOUR = 3_600_000;

/** How a process treats the directory. */
export interface DirectorySettings {
  /** Whether it asks at all. Off: groups come from the tokens of sign-ins only. */
  readonly isOn: boolean;
  /** How long groups give rights after they were read. */
  readonly groupRightsMs: number;
}

export interface DirectoryConfig extends IdentityConfig {
  /** https origin of Microsoft Graph. */
  readonly graphUrl: string;
}

const httpsOrigin = z
  .url({ protocol: /^https$/, error: "must be an https:// address" })
  .transform((text) => new URL(text).origin);

const settingsSchema = z.object({
  KLUIS_DIRECTORY: z.enum(["graph", "off"]).default("graph"),
  KLUIS_DIRECTORY_URL: httpsOrigin.optional(),
  KLUIS_GROUP_RIGHTS_HOURS: z.coerce
    .number()
    .int()
    .min(limits.groupRightsHoursLeast)
    .max(limits.groupRightsHoursMost)
    .default(limits.groupRightsHours),
});

const signInSchema = z.object({
  KLUIS_ENTRA_TENANT_ID: z.string().min(1),
  KLUIS_ENTRA_CLIENT_ID: z.string().min(1),
  KLUIS_ENTRA_CLIENT_SECRET_FILE: z.string().min(1),
  KLUIS_ENTRA_AUTHORITY: httpsOrigin.optional(),
  KLUIS_AZURE_AUTHORITY_HOST: httpsOrigin.default("https://login.microsoftonline.com"),
  KLUIS_AZURE_REWRITE: rewriteSchema.default(new Map()),
});

type Env = Readonly<Record<string, string | undefined>>;

function given(env: Env): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
}

function invalid(problems: string): KluisError {
  return new KluisError("CONFIG_INVALID", {
    message: `The settings of the directory are wrong: ${problems}`,
    action: "Correct the environment variables and start again.",
    params: { problems },
  });
}

function parsed<T>(schema: z.ZodType<T>, env: Env): T {
  const result = schema.safeParse(given(env));
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `${path.map(String).join(" ")} ${message}`);
  throw invalid(`${lines.join("; ")}.`);
}

/** @throws KluisError CONFIG_INVALID naming every wrong variable */
export function parseDirectorySettings(env: Env): DirectorySettings {
  const settings = parsed(settingsSchema, env);
  return {
    isOn: settings.KLUIS_DIRECTORY === "graph",
    groupRightsMs: settings.KLUIS_GROUP_RIGHTS_HOURS * HOUR,
  };
}

/**
 * The app of the sign-in where its settings are (every portal has them), else the identity of this process.
 * @throws KluisError CONFIG_INVALID
 */
export function parseDirectoryEnv(env: Env): DirectoryConfig {
  const identity = hasSignIn(env) ? signInIdentity(env) : parseIdentityEnv(env);
  // Without it an account of another tenant would look deleted.
  if (identity.tenantId === "") throw invalid("KLUIS_AZURE_TENANT_ID is not set.");
  const graphUrl = parsed(settingsSchema, env).KLUIS_DIRECTORY_URL ?? graphUrlOf(identity.authorityHost);
  if (graphUrl === null) throw invalid("KLUIS_DIRECTORY_URL must name Microsoft Graph of this cloud.");
  return { ...identity, graphUrl };
}

function hasSignIn(env: Env): boolean {
  return given(env)["KLUIS_ENTRA_CLIENT_SECRET_FILE"] !== undefined;
}

function signInIdentity(env: Env): IdentityConfig {
  const settings = parsed(signInSchema, env);
  const file = settings.KLUIS_ENTRA_CLIENT_SECRET_FILE;
  const secret = readSecretFile("KLUIS_ENTRA_CLIENT_SECRET_FILE", file);
  return {
    tenantId: settings.KLUIS_ENTRA_TENANT_ID,
    credential: { kind: "secret", clientId: settings.KLUIS_ENTRA_CLIENT_ID, secret },
    authorityHost: settings.KLUIS_ENTRA_AUTHORITY ?? settings.KLUIS_AZURE_AUTHORITY_HOST,
    rewrite: settings.KLUIS_AZURE_REWRITE,
  };
}
