/** Keys in Azure Key Vault: their public half, and the one operation that opens what was wrapped for them. */
import { createPublicKey } from "node:crypto";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { isRestError } from "@azure/core-rest-pipeline";
import type { AccessToken, TokenCredential } from "@azure/identity";
import { CryptographyClient, KeyClient, type KeyVaultKey } from "@azure/keyvault-keys";
import { type ErrorReason, KluisError, parseKeyVaultKey } from "@kluis/domain";
import { z } from "zod";
import { type IdentityConfig, parseIdentityEnv } from "./config.ts";
import { byClock, tokenSource } from "./credential.ts";
import { createHttpClient } from "./http.ts";
import { retryAfterOf } from "./retry-after.ts";
import { redactSecrets } from "./sas.ts";
import { TokenBook } from "./tokens.ts";

/** Limit of one operation with its sign-in. Other keys open the vault meanwhile. */
const limitMs = 15_000;
const messageLimit = 600;

/** What a vault needs of Key Vault; fits `KeyVaultClient` of `@kluis/vault`. */
interface Client {
  publicKey(
    address: string,
    signal: AbortSignal,
  ): Promise<{ readonly keyId: string; readonly publicKey: string }>;
  unwrap(keyId: string, wrapped: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}

/** Sends nothing yet. Errors are KluisErrors KEY_VAULT_UNUSABLE; RangeError for bytes that the key did not wrap. */
export function createKeyVaultClient(
  config: IdentityConfig,
  options: { readonly now?: () => number; readonly limitMs?: number } = {},
): Client {
  const now = options.now ?? Date.now;
  const httpClient = createHttpClient(config.rewrite);
  const source = byClock(tokenSource(config, httpClient), now);
  const books = new Map<string, TokenBook>();
  const bookOf = (service: string): TokenBook => {
    const known = books.get(service) ?? new TokenBook(source, `https://${service}/.default`, now);
    books.set(service, known);
    return known;
  };
  const call = <T>(
    address: string,
    signal: AbortSignal,
    work: (parts: CallParts) => Promise<T>,
  ): Promise<T> =>
    callKeyVault(address, { signal, book: bookOf, httpClient, limitMs: options.limitMs ?? limitMs }, work);
  return {
    publicKey: (address, signal) =>
      call(address, signal, async ({ vaultUrl, name, version, credential, clientOptions, abortSignal }) => {
        const client = new KeyClient(vaultUrl, credential, clientOptions);
        return publicHalf(
          await client.getKey(name, { abortSignal, ...(version === null ? {} : { version }) }),
          vaultUrl,
        );
      }),
    unwrap: (keyId, wrapped, signal) =>
      call(keyId, signal, async ({ vaultUrl, name, credential, clientOptions, abortSignal }) => {
        // With a key instead of its id the client neither reads the key first (which is another right), nor refuses one after
        // its expiry: Key Vault still unwraps with it, and backups must open.
        const key: KeyVaultKey = { id: keyId, name, key: { kid: keyId }, properties: { name, vaultUrl } };
        const client = new CryptographyClient(key, credential, clientOptions);
        const { result } = await client.unwrapKey("RSA-OAEP-256", wrapped, { abortSignal });
        return result;
      }),
  };
}

/** Reads the identity of this process for each request: its files are replaced while it runs. */
export function keyVaultFromEnv(
  env: Readonly<Record<string, string | undefined>>,
  options: { readonly now?: () => number } = {},
): Client {
  const made = async (): Promise<Client> => createKeyVaultClient(parseIdentityEnv(env), options);
  return {
    publicKey: async (address, signal) => (await made()).publicKey(address, signal),
    unwrap: async (keyId, wrapped, signal) => (await made()).unwrap(keyId, wrapped, signal),
  };
}

interface CallParts {
  readonly vaultUrl: string;
  readonly name: string;
  readonly version: string | null;
  readonly credential: TokenCredential;
  readonly clientOptions: { readonly httpClient: HttpClient; readonly retryOptions: { maxRetries: number } };
  readonly abortSignal: AbortSignal;
}

interface CallContext {
  readonly signal: AbortSignal;
  readonly book: (service: string) => TokenBook;
  readonly httpClient: HttpClient;
  readonly limitMs: number;
}

async function callKeyVault<T>(
  address: string,
  { signal, book: bookOf, httpClient, limitMs: ms }: CallContext,
  work: (parts: CallParts) => Promise<T>,
): Promise<T> {
  const parsed = parseKeyVaultKey(address);
  if (parsed === null) throw unusable("missing", { keyVault: address, azureMessage: "" });
  const { vaultUrl, key: name, version, service } = parsed;
  const book = bookOf(service);
  let used = "";
  const credential = {
    getToken: async (): Promise<AccessToken> => {
      used = await book.get();
      // The client is made for one operation; the book knows when the token ends.
      return { token: used, expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  // No retries inside the call: what calls it tries again, and other keys open the vault.
  const clientOptions = { httpClient, retryOptions: { maxRetries: 0 } };
  const parts = { vaultUrl, name, version, credential, clientOptions, abortSignal };
  try {
    return await work(parts).catch(async (error: unknown) => {
      if (!isRestError(error) || error.statusCode !== 401 || used === "") throw error;
      await book.replace(used, null);
      return work(parts);
    });
  } catch (error) {
    if (signal.aborted) throw new KluisError("CANCELLED", { message: `Canceled: open with ${vaultUrl}.` });
    throw keyVaultError(error, vaultUrl);
  }
}

function publicHalf(
  { id, key }: KeyVaultKey,
  vaultUrl: string,
): { readonly keyId: string; readonly publicKey: string } {
  const { kty, n, e } = key ?? {};
  const isRsa = kty === "RSA" || kty === "RSA-HSM";
  if (id === undefined || !isRsa || n === undefined || e === undefined)
    throw unusable("key", { keyVault: hostOf(vaultUrl), azureMessage: "" });
  const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
  const made = createPublicKey({ key: { kty: "RSA", n: base64url(n), e: base64url(e) }, format: "jwk" });
  return { keyId: id, publicKey: made.export({ type: "spki", format: "der" }).toString("base64") };
}

interface Said {
  readonly code: string;
  readonly message?: string | undefined;
  readonly innerError?: Said | null | undefined;
}
/** What the client keeps of the body. */
const saidSchema: z.ZodType<Said> = z.object({
  code: z.string().default(""),
  message: z.string().optional(),
  innerError: z.lazy(() => saidSchema.nullish()),
});
const detailsSchema = z.object({ error: saidSchema });

/** What Key Vault's answer means. @returns RangeError for bytes that the key did not wrap */
function keyVaultError(error: unknown, vaultUrl: string): Error {
  if (error instanceof KluisError) return error;
  const keyVault = hostOf(vaultUrl);
  const text = error instanceof Error ? error.message : String(error);
  if (!isRestError(error) || error.statusCode === undefined) {
    const isSignIn = error instanceof Error && /Authentication|Credential|Identity/.test(error.name);
    return unusable(isSignIn ? "sign-in" : "no-answer", { keyVault, azureMessage: text });
  }
  const said = detailsSchema.safeParse(error.details).data?.error;
  const { code = "", message = "", innerError } = said ?? {};
  const azureCode = innerError?.code ?? code;
  const status = error.statusCode;
  if (status === 400 && code === "BadParameter")
    return new RangeError("Key Vault does not open it with this key");
  const reason = reasonOf(status, azureCode);
  const waitMs = error.response === undefined ? null : retryAfterOf(error.response.headers, Date.now());
  return unusable(reason, {
    keyVault,
    azureMessage: message || text,
    azureCode,
    status,
    waitMs,
  });
}

const networkCodes = ["ForbiddenByFirewall", "ForbiddenByConnection"];
const stateCodes = ["KeyDisabled", "KeyNotYetValid", "KeyExpired", "KeyOperationForbidden"];

function reasonOf(status: number, code: string): ErrorReason<"KEY_VAULT_UNUSABLE"> {
  if (status === 401) return "sign-in";
  if (status === 429) return "throttled";
  if (status === 404) return "missing";
  if (status === 408 || status >= 500) return "no-answer";
  if (networkCodes.includes(code)) return "network";
  if (stateCodes.includes(code)) return "disabled";
  return status === 403 ? "forbidden" : "refused";
}

function unusable(
  reason: ErrorReason<"KEY_VAULT_UNUSABLE">,
  facts: {
    readonly keyVault: string;
    readonly azureMessage: string;
    readonly azureCode?: string;
    readonly status?: number;
    readonly waitMs?: number | null;
  },
): KluisError {
  const { keyVault, azureCode, status, waitMs = null } = facts;
  const azureMessage = redactSecrets(facts.azureMessage)
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, messageLimit);
  return new KluisError("KEY_VAULT_UNUSABLE", {
    reason,
    message: `${keyVault} does not open the vault: ${azureMessage || reason}`,
    action: "Open the vault with another of its keys, and correct the access to this one.",
    params: { keyVault, azureMessage, azureCode: azureCode ?? null, status: status ?? null },
    ...(waitMs === null ? {} : { retryAfterMs: waitMs }),
  });
}

function hostOf(vaultUrl: string): string {
  return new URL(vaultUrl).hostname;
}
