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
import {
  type ErrorTexts,
  KluisError,
  type RequestLimit,
  requestLimitMs,
  toKluisError,
} from "@kluis/domain/core";
import { alreadyExists, missing } from "../errors.ts";
import { joinSmall, wholeOf } from "./bodies.ts";
import { guard } from "./guard.ts";
import {
  type BlobStore,
  checkAnswer,
  checkName,
  checkPrefix,
  type GetOptions,
  isObjectName,
  type ObjectInfo,
  type StorePlace,
} from "./port.ts";
import { TimeLimit } from "./time-limit.ts";

type Credential = NonNullable<Parameters<typeof newPipeline>[0]>;
/** Address of the storage account: a connection string, or its blob endpoint with a credential (none when the URL holds a SAS). */
export type AzureBlobAccount =
  | { readonly connectionString: string }
  | { readonly url: string; readonly credential?: Credential };

/** Limits of the requests to a store. */
export interface StoreLimits {
  /** False: a container that is missing is never made, so that a deleted one can be undeleted. Default: it is made. */
  readonly createContainer?: boolean;
  /** Attempts per request before the SDK gives up; default 4. */
  readonly maxTries?: number;
  /** First pause between attempts in milliseconds, growing exponentially; default 800. */
  readonly retryDelayMs?: number | undefined;
  /** Limit of one request with the SDK's attempts. */
  readonly requestLimit?: RequestLimit | undefined;
}

export interface AzureBlobStoreOptions extends StoreLimits {
  readonly account: AzureBlobAccount;
  readonly container: string;
}

const BODY_ATTEMPTS = 4;
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
  const store = new AzureBlobStore(container, options.requestLimit ?? requestLimitMs);
  if (options.createContainer !== false) await store.ensureContainer(signal);
  return store;
}

class AzureBlobStore implements BlobStore {
  readonly description: string;
  readonly place: StorePlace;
  private readonly container: ContainerClient;
  private readonly limitOf: RequestLimit;

  constructor(container: ContainerClient, limitOf: RequestLimit) {
    this.container = container;
    this.limitOf = limitOf;
    const { accountName: account, containerName } = container;
    this.description = `blob container ${containerName} of ${account}`;
    this.place = { kind: "azure-blob", account, container: containerName };
  }

  /** Checks before it creates: an identity that may only write blobs can use an existing container. */
  async ensureContainer(signal: AbortSignal): Promise<void> {
    await this.guard("", async () => {
      const { container } = this;
      if (await this.timely({ signal }, (limit) => this.isThere(limit.signal))) return;
      await this.timely({ signal }, (limit) => container.createIfNotExists({ abortSignal: limit.signal }));
    });
  }

  /** A signature for blobs may not ask about the container, but may list it. */
  private async isThere(abortSignal: AbortSignal): Promise<boolean> {
    try {
      return await this.container.exists({ abortSignal });
    } catch (error) {
      if (!(error instanceof RestError && error.statusCode === 403)) throw error;
      await this.container.listBlobsFlat({ abortSignal }).byPage({ maxPageSize: 1 }).next();
      return true;
    }
  }

  async put(name: string, parts: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    checkName(name);
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    const pieces = joinSmall(parts);
    // One Put Blob: atomic, and one billed operation. The factory lets the SDK send the body again on a retry.
    const body = () => Readable.from(pieces, { objectMode: false });
    const blob = this.container.getBlockBlobClient(name);
    const conditions = { ifNoneMatch: "*" };
    const upload = () =>
      this.timely({ signal, bytes }, async ({ signal: abortSignal }) => {
        await blob.upload(body, bytes, { conditions, abortSignal });
      });
    await this.guard(name, async () => {
      try {
        await upload();
      } catch (error) {
        // A policy also protects the blob that an earlier try of this request stored, and an identity that may only create blobs is
        // refused to replace one before its condition is looked at.
        const isRefused =
          codeOf(error) === IMMUTABLE || (error instanceof RestError && error.statusCode === 403);
        if (isRefused && (await this.head(name, signal)) !== null) throw alreadyExists(name);
        throw error;
      }
    });
  }

  async get(name: string, options: GetOptions): Promise<Uint8Array> {
    checkName(name);
    return this.guard(name, async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.getOnce(name, options);
        } catch (error) {
          // The SDK does not resume a body that breaks off: repeat the request. One that was late is not repeated here.
          const isOver = options.signal.aborted || error instanceof LateAnswer || error instanceof KluisError;
          if (isOver || attempt === BODY_ATTEMPTS || statusOf(error) !== 0) throw error;
        }
      }
    });
  }

  async head(name: string, signal: AbortSignal): Promise<ObjectInfo | null> {
    checkName(name);
    const found = await this.unlessMissing(name, signal, (blob, abort) => blob.getProperties(abort));
    if (found === null) return null;
    const { contentLength: bytes = 0, lastModified: writtenAt } = found;
    return { name, bytes, ...(writtenAt === undefined ? {} : { writtenAt }) };
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo> {
    checkPrefix(prefix);
    try {
      let token = "";
      do {
        const page = await this.page(prefix, { token, signal });
        yield* prefix === "" ? page.found : page.found.filter(({ name }) => isObjectName(name));
        token = page.token;
      } while (token !== "");
    } catch (error) {
      throw this.mapped(prefix, error);
    }
  }

  async delete(name: string, signal: AbortSignal): Promise<boolean> {
    checkName(name);
    return (await this.unlessMissing(name, signal, (blob, abort) => blob.delete(abort))) !== null;
  }

  /** One page of a listing: each has its own limit, because the caller may work between pages. */
  private page(
    prefix: string,
    { token, signal }: { readonly token: string; readonly signal: AbortSignal },
  ): Promise<{ readonly found: ObjectInfo[]; readonly token: string }> {
    return this.timely({ signal }, async ({ signal: abortSignal }) => {
      const listing = this.container.listBlobsFlat({ prefix, abortSignal });
      // The SDK lists nothing for an empty token.
      const pages = listing.byPage(token === "" ? {} : { continuationToken: token });
      const next = await pages.next();
      if (next.done === true) return { found: [], token: "" };
      const { segment, continuationToken } = next.value;
      const found = segment.blobItems.map(({ name, properties }) => ({
        name,
        bytes: properties.contentLength ?? 0,
        writtenAt: properties.lastModified,
      }));
      return { found, token: continuationToken ?? "" };
    });
  }

  private async getOnce(name: string, { signal, offset = 0, length, most }: GetOptions): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    checkAnswer(name, length ?? 0, most);
    try {
      return await this.timely({ signal, bytes: length ?? 0 }, async (limit) => {
        const blob = this.container.getBlobClient(name);
        const answer = await blob.download(offset, length, { abortSignal: limit.signal });
        const { contentLength = 0, readableStreamBody = [] } = answer;
        try {
          checkAnswer(name, contentLength, most);
        } catch (error) {
          if (readableStreamBody instanceof Readable) readableStreamBody.destroy();
          throw error;
        }
        limit.restart(this.limitOf(contentLength));
        return wholeOf(readableStreamBody, contentLength);
      });
    } catch (error) {
      if (statusOf(error) === 416) return Buffer.alloc(0);
      throw error;
    }
  }

  /** Runs one request within its limit. @throws LateAnswer */
  private async timely<T>(
    { signal, bytes = 0 }: { readonly signal: AbortSignal; readonly bytes?: number },
    work: (limit: TimeLimit) => Promise<T>,
  ): Promise<T> {
    const ms = this.limitOf(bytes);
    using limit = new TimeLimit(signal, ms);
    try {
      return await work(limit);
    } catch (error) {
      throw limit.isLate && !signal.aborted ? new LateAnswer(ms) : error;
    }
  }

  private guard<T>(name: string, work: () => Promise<T>): Promise<T> {
    return guard(work, (error) => this.mapped(name, error));
  }

  /** The result of `work`; null when the blob is missing. A missing container is an error. */
  private unlessMissing<T>(
    name: string,
    signal: AbortSignal,
    work: (blob: BlobClient, abort: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T | null> {
    const blob = this.container.getBlobClient(name);
    return this.guard(name, async () => {
      try {
        return await this.timely({ signal }, (limit) => work(blob, { abortSignal: limit.signal }));
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
    if (code === "BlobAlreadyExists" || status === 412) return alreadyExists(name);
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
    if (codeOf(error) === IMMUTABLE) {
      const action = "Wait until the retention of the blob or container ends, or remove its legal hold.";
      return new KluisError("VAULT_UNREACHABLE", { reason: "immutable", action, ...texts });
    }
    const action = "Check the network path to the storage account.";
    return new KluisError("VAULT_UNREACHABLE", { reason: "azure-blob", action, ...texts });
  }

  /** Keeps only code and status: the SDK's error holds the request with its headers and address. */
  private texts(name: string, error: unknown): Pick<ErrorTexts, "message" | "params"> {
    const [status, code] = [statusOf(error), codeOf(error)];
    if (error instanceof LateAnswer) {
      const seconds = Math.ceil(error.ms / 1_000);
      return {
        message: `The ${this.description} did not answer within ${seconds} s for ${name || "the vault"}.`,
        params: { store: this.description, object: name, azureCode: LATE, status, seconds },
      };
    }
    const kind = code || (error instanceof Error ? error.name : "error");
    return {
      message: `The ${this.description} does not serve ${name || "the vault"} (${kind}, status ${status}).`,
      params: { store: this.description, object: name, azureCode: code, status },
    };
  }
}

/** Azure's code when an immutability policy or a legal hold forbids a write or a deletion. */
const IMMUTABLE = "BlobImmutableDueToPolicy";

/** What `azureCode` says of a request that got no answer in time. */
const LATE = "TIMEOUT";

/** No whole answer came within the limit. */
class LateAnswer extends Error {
  override readonly name = "LateAnswer";
  readonly ms: number;
  constructor(ms: number) {
    super("No answer came within the limit.");
    this.ms = ms;
  }
}

function statusOf(error: unknown): number {
  return error instanceof RestError ? (error.statusCode ?? 0) : 0;
}

function codeOf(error: unknown): string {
  return error instanceof RestError ? (error.code ?? "") : "";
}
