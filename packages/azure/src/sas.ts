/** Secrets of Azure: an access URL that never prints its signature, and the redaction of texts. */
import { inspect } from "node:util";
import { type RequestLimit, requestLimitMs } from "@kluis/domain";

/**
 * The version of the blob service that Kluis requests: the oldest that pages its lists of ranges, so that the most endpoints of
 * disks accept it. The SDK requests its newest, which not every endpoint knows. The setting KLUIS_AZURE_STORAGE_VERSION
 * replaces it. https://learn.microsoft.com/rest/api/storageservices/get-page-ranges
 */
export const defaultStorageVersion = "2020-10-02";

interface SasUse {
  readonly storageVersion?: string | undefined;
  readonly requestLimit?: RequestLimit | undefined;
}

/**
 * A disk access URL (shared access signature). It gives access to the disk's bytes, so every printed form is redacted; call
 * `reveal()` only to make a request.
 */
export class Sas {
  readonly #url: string;
  /** The `x-ms-version` of requests on this URL. */
  readonly storageVersion: string;
  /** Limit of one request on this URL. */
  readonly requestLimit: RequestLimit;

  constructor(
    url: string,
    { storageVersion = defaultStorageVersion, requestLimit = requestLimitMs }: SasUse = {},
  ) {
    this.#url = url;
    this.storageVersion = storageVersion;
    this.requestLimit = requestLimit;
  }

  reveal(): string {
    return this.#url;
  }

  toString(): string {
    return redactSecrets(this.#url);
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return `Sas(${this.toString()})`;
  }
}

/** Replaces everything in a text that gives access: SAS signatures, keys of storage accounts, bearer tokens and client secrets. */
export function redactSecrets(text: string): string {
  return text
    .replaceAll(/([?&;]|%3f|%26|&amp;)(sig|skt?oid|sktid)(=|%3d)[^&\s"'<>]+/gi, "$1$2$3REDACTED")
    .replaceAll(/\b(AccountKey|SharedAccessSignature)=[^;\s"'<>]+/gi, "$1=REDACTED")
    .replaceAll(/\bBearer\s+[\w.~+/-]+=*/gi, "Bearer REDACTED")
    .replaceAll(/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, "REDACTED")
    .replaceAll(
      /(client_secret|client_assertion|refresh_token|access_token)(["']?\s*[=:]\s*["']?)[^&\s"']+/gi,
      "$1$2REDACTED",
    );
}
