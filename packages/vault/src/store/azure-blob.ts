/** A vault in a container of Azure Blob storage. */
import { Readable } from "node:stream";
import {
  AnonymousCredential,
  type BlobClient,
  BlobServiceClient,
  type ContainerClient,
  type newPipeline,
  RestError,
} from "@azure/storage-blob";
import { type ErrorTexts, KluisError, toKluisError } from "@kluis/domain";
import { alreadyExists, missing } from "../errors.ts";
import { guard } from "./guard.ts";
import {
  type BlobStore,
  checkName,
  checkPrefix,
  type GetOptions,
  type ObjectInfo,
  type StorePlace,
} from "./port.ts";

type Credential = NonNullable<Parameters<typeof newPipeline>[0]>;
/** Address of the storage account: a connection string, or its blob endpoint with a credential (none when the URL holds a SAS). */
export type AzureBlobAccount =
  | { readonly connectionString: string }
  | { readonly url: string; readonly credential?: Credential };

export interface AzureBlobStoreOptions {
  readonly account: AzureBlobAccount;
  readonly container: string;
  /** Attempts per request before the SDK gives up; default 4. */
  readonly maxTries?: number;
  /** First pause between attempts in milliseconds, growing exponentially; default 800. */
  readonly retryDelayMs?: number;
}

const BODY_ATTEMPTS = 4;
/** Parts below this size are joined, so that a pack needs few writes. */
const PIECE_BYTES = 262_144;
/** Pause after throttling: the SDK has used its own retries by then. */
const THROTTLE_PAUSE_MS = 10_000;

/** Opens a store in a container; creates the container when it is missing. */
export async function openAzureBlobStore(
  options: AzureBlobStoreOptions,
  signal: AbortSignal,
): Promise<BlobStore> {
  const retryOptions = { maxTries: options.maxTries ?? 4, retryDelayInMs: options.retryDelayMs ?? 800 };
  const { account } = options;
  const service =
    "connectionString" in account
      ? BlobServiceClient.fromConnectionString(account.connectionString, { retryOptions })
      : new BlobServiceClient(account.url, account.credential ?? new AnonymousCredential(), { retryOptions });
  const container = service.getContainerClient(options.container);
  const store = new AzureBlobStore(container);
  await store.ensureContainer(signal);
  return store;
}

class AzureBlobStore implements BlobStore {
  readonly description: string;
  readonly place: StorePlace;
  private readonly container: ContainerClient;

  constructor(container: ContainerClient) {
    this.container = container;
    const { accountName: account, containerName } = container;
    this.description = `blob container ${containerName} of ${account}`;
    this.place = { kind: "azure-blob", account, container: containerName };
  }

  /** Checks before it creates: an identity that may only write blobs can use an existing container. */
  async ensureContainer(signal: AbortSignal): Promise<void> {
    await this.guard("", async () => {
      if (!(await this.container.exists({ abortSignal: signal }))) {
        await this.container.createIfNotExists({ abortSignal: signal });
      }
    });
  }

  async put(name: string, parts: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    checkName(name);
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    const pieces = joinSmall(parts);
    // One Put Blob: atomic, and one billed operation. The factory lets the SDK send the body again on a retry.
    const body = () => Readable.from(pieces, { objectMode: false });
    await this.guard(name, async () => {
      await this.container
        .getBlockBlobClient(name)
        .upload(body, bytes, { conditions: { ifNoneMatch: "*" }, abortSignal: signal });
    });
  }

  async get(name: string, options: GetOptions): Promise<Uint8Array> {
    checkName(name);
    return this.guard(name, async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.getOnce(name, options);
        } catch (error) {
          // The SDK does not resume a body that breaks off: repeat the request.
          if (options.signal.aborted || attempt === BODY_ATTEMPTS || statusOf(error) !== 0) throw error;
        }
      }
    });
  }

  async head(name: string, signal: AbortSignal): Promise<ObjectInfo | null> {
    checkName(name);
    const found = await this.unlessMissing(name, (blob) => blob.getProperties({ abortSignal: signal }));
    if (found === null) return null;
    const { contentLength: bytes = 0, lastModified: writtenAt } = found;
    return { name, bytes, ...(writtenAt === undefined ? {} : { writtenAt }) };
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo> {
    checkPrefix(prefix);
    try {
      for await (const blob of this.container.listBlobsFlat({ prefix, abortSignal: signal })) {
        yield { name: blob.name, bytes: blob.properties.contentLength ?? 0 };
      }
    } catch (error) {
      throw this.mapped(prefix, error);
    }
  }

  async delete(name: string, signal: AbortSignal): Promise<boolean> {
    checkName(name);
    return (await this.unlessMissing(name, (blob) => blob.delete({ abortSignal: signal }))) !== null;
  }

  private async getOnce(name: string, { signal, offset = 0, length }: GetOptions): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    try {
      const answer = await this.container
        .getBlobClient(name)
        .download(offset, length, { abortSignal: signal });
      const whole = Buffer.allocUnsafe(answer.contentLength ?? 0);
      let filled = 0;
      for await (const piece of answer.readableStreamBody ?? []) {
        const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
        whole.set(bytes, filled);
        filled += bytes.length;
      }
      if (filled !== whole.length) throw new Error("The answer's body broke off.");
      return whole;
    } catch (error) {
      if (statusOf(error) === 416) return Buffer.alloc(0);
      throw error;
    }
  }

  private guard<T>(name: string, work: () => Promise<T>): Promise<T> {
    return guard(work, (error) => this.mapped(name, error));
  }

  /** The result of `work`; null when the blob is missing. A missing container is an error. */
  private unlessMissing<T>(name: string, work: (blob: BlobClient) => Promise<T>): Promise<T | null> {
    return this.guard(name, async () => {
      try {
        return await work(this.container.getBlobClient(name));
      } catch (error) {
        if (statusOf(error) === 404 && codeOf(error) !== "ContainerNotFound") return null;
        throw error;
      }
    });
  }

  private mapped(name: string, error: unknown): KluisError {
    if (error instanceof KluisError || (error instanceof Error && error.name === "AbortError"))
      return toKluisError(error);
    const [status, code] = [statusOf(error), codeOf(error)];
    if (code === "ContainerNotFound" || code === "ContainerBeingDeleted") {
      const action = "Create the container, or undelete it.";
      return new KluisError("VAULT_NOT_INITIALISED", {
        reason: "no-container",
        action,
        ...this.texts(name, error),
      });
    }
    if (status === 404) return missing(name, this.description);
    if (code === "BlobAlreadyExists" || code === "BlobImmutableDueToPolicy" || status === 412)
      return alreadyExists(name);
    return this.refused(name, error);
  }

  /** The error of an answer that concerns the account or the network, not one object. */
  private refused(name: string, error: unknown): KluisError {
    const texts = this.texts(name, error);
    const status = statusOf(error);
    if (status === 401 || codeOf(error) === "AuthenticationFailed") {
      const action = "Check the credential in the vault's settings.";
      return new KluisError("AZURE_AUTH_FAILED", { reason: "vault", action, ...texts });
    }
    if (status === 403) {
      const action = "Give the engine's identity the role Storage Blob Data Contributor.";
      return new KluisError("AZURE_FORBIDDEN", { reason: "vault", action, ...texts });
    }
    if (status === 429 || status === 503) {
      const action = "Kluis slows down automatically.";
      const retryAfterMs = THROTTLE_PAUSE_MS;
      return new KluisError("AZURE_THROTTLED", { reason: "vault", action, retryAfterMs, ...texts });
    }
    if (status === 507) {
      const action = "Free or add space in the storage account.";
      return new KluisError("VAULT_FULL", { action, ...texts });
    }
    const action = "Check the network path to the storage account.";
    return new KluisError("VAULT_UNREACHABLE", { reason: "azure-blob", action, ...texts });
  }

  /** Keeps only code and status: the SDK's error holds the request with its headers and address. */
  private texts(name: string, error: unknown): Pick<ErrorTexts, "message" | "params"> {
    const [status, code] = [statusOf(error), codeOf(error)];
    const kind = code || (error instanceof Error ? error.name : "error");
    return {
      message: `The ${this.description} does not serve ${name || "the vault"} (${kind}, status ${status}).`,
      params: { store: this.description, object: name, azureCode: code, status },
    };
  }
}

function statusOf(error: unknown): number {
  return error instanceof RestError ? (error.statusCode ?? 0) : 0;
}

function codeOf(error: unknown): string {
  return error instanceof RestError ? (error.code ?? "") : "";
}

/** Joins small neighbors; passes large parts on unchanged. */
function joinSmall(parts: readonly Uint8Array[]): Buffer[] {
  const out: Buffer[] = [];
  let small: Uint8Array[] = [];
  let smallBytes = 0;
  const flush = () => {
    if (small.length > 0) out.push(Buffer.concat(small));
    small = [];
    smallBytes = 0;
  };
  for (const part of parts) {
    if (part.length >= PIECE_BYTES) {
      flush();
      out.push(Buffer.from(part.buffer, part.byteOffset, part.length));
      continue;
    }
    small.push(part);
    smallBytes += part.length;
    if (smallBytes >= PIECE_BYTES) flush();
  }
  flush();
  return out;
}
