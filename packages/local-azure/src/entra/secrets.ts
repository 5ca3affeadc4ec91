/** The secrets of an installation: signing key, sealing key, client secrets. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { clientIds, type SecretName } from "./directory.ts";

const rsaKeySchema = z.object({
  kty: z.literal("RSA"),
  kid: z.string().min(1),
  n: z.string(),
  e: z.string(),
  d: z.string(),
  p: z.string(),
  q: z.string(),
  dp: z.string(),
  dq: z.string(),
  qi: z.string(),
});

const fileSchema = z.object({
  version: z.literal(1),
  signingKey: rsaKeySchema,
  sealKey: z.string().min(40),
  /** For readers of the file: the ids that belong to the secrets. */
  clientIds: z.record(z.string(), z.string()).default(clientIds),
  clientSecrets: z.object({
    portal: z.string(),
    engine: z.string(),
    fabrikamEngine: z.string(),
    owner: z.string(),
  }),
});

/** The file of a version without the Owner app. */
const olderFileSchema = fileSchema.extend({
  clientSecrets: fileSchema.shape.clientSecrets.partial({ owner: true }),
});

export type SigningKey = z.infer<typeof rsaKeySchema>;
type EntraSecrets = z.infer<typeof fileSchema>;

function clientSecret(): string {
  return randomBytes(30).toString("base64url");
}

function makeSecrets(): EntraSecrets {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = privateKey.export({ format: "jwk" });
  const signingKey = rsaKeySchema.parse({ ...jwk, kid: randomBytes(15).toString("base64url") });
  const clientSecrets: Record<SecretName, string> = {
    portal: clientSecret(),
    engine: clientSecret(),
    fabrikamEngine: clientSecret(),
    owner: clientSecret(),
  };
  const sealKey = randomBytes(32).toString("base64url");
  return { version: 1, signingKey, sealKey, clientIds, clientSecrets };
}

function readIfPresent(path: string): EntraSecrets | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  const parsed = olderFileSchema.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new Error(
      `${path} is not a secrets file of the local Entra. Move it away; the next start makes new secrets.`,
    );
  const { clientSecrets, ...rest } = parsed.data;
  if (clientSecrets.owner !== undefined)
    return { ...rest, clientSecrets: { ...clientSecrets, owner: clientSecrets.owner } };
  const upgraded = { ...rest, clientIds, clientSecrets: { ...clientSecrets, owner: clientSecret() } };
  const draft = writeDraft(path, upgraded);
  renameSync(draft, path);
  return upgraded;
}

/** Writes a complete, synced file beside `path`. Returns its name. */
function writeDraft(path: string, secrets: EntraSecrets): string {
  const draft = join(dirname(path), `.secrets-${process.pid}-${randomBytes(6).toString("hex")}`);
  const file = openSync(draft, "wx", 0o600);
  try {
    writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return draft;
}

/**
 * Reads the secrets, or makes them at the first start. The complete, synced file is linked into
 * place: a crash leaves no partial file, and two processes that start together use the same one.
 */
export function loadSecrets(dataDir: string): EntraSecrets {
  const folder = join(dataDir, "entra");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "secrets.json");
  const present = readIfPresent(path);
  if (present) return present;

  const draft = writeDraft(path, makeSecrets());
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const made = readIfPresent(path);
  if (!made) throw new Error(`${path} disappeared while it was being made.`);
  return made;
}
