/** The signed links to operations that ARM sends since 2024: only the caller who got one can use it. */
import { createHash, createHmac } from "node:crypto";
import type { Operation } from "../../state/model.ts";

/** Length of the certificate in a link of Azure, in bytes. */
const CERTIFICATE_BYTES = 1826;
const SIGNATURE_BYTES = 256;
/** 100 ns ticks between year 1 and 1970. */
const EPOCH_TICKS = 621_355_968_000_000_000n;

/** The caller of an operation. */
interface Caller {
  tid: string;
  oid: string;
}

/**
 * Signs and checks links. As in Azure they are about 3 KB long and carry a time (`t`), a certificate
 * (`c`), a signature (`s`) and a hash of the caller and the operation (`h`).
 */
export class OperationLinks {
  readonly #key: Buffer;
  readonly #certificate: string;

  constructor(key: Buffer) {
    this.#key = createHash("sha256").update("operation links").update(key).digest();
    const body = stream(this.#key, "certificate", CERTIFICATE_BYTES);
    // The first bytes of a DER sequence, as every certificate has.
    body.set([0x30, 0x82, 0x07, 0x1e]);
    this.#certificate = body.toString("base64url");
  }

  /** The part of a link after `api-version`. */
  sign(operation: Operation, caller: Caller, now: number): string {
    const t = (EPOCH_TICKS + BigInt(now) * 10_000n).toString();
    const h = this.#hash(operation, caller);
    return `&t=${t}&c=${this.#certificate}&s=${this.#signature(t, h)}&h=${h}`;
  }

  /** Whether a link is unchanged and was made for this caller. */
  isFor(operation: Operation, caller: Caller, query: URLSearchParams): boolean {
    const t = query.get("t") ?? "";
    const h = this.#hash(operation, caller);
    return (
      query.get("h") === h && query.get("s") === this.#signature(t, h) && query.get("c") === this.#certificate
    );
  }

  #hash(operation: Operation, { tid, oid }: Caller): string {
    const text = `${operation.id}\n${operation.subscriptionId}\n${tid}\n${oid}`;
    return createHmac("sha256", this.#key).update(text).digest("base64url");
  }

  #signature(t: string, h: string): string {
    return stream(this.#key, `${t}\n${h}`, SIGNATURE_BYTES).toString("base64url");
  }
}

/** Bytes that depend on a key and a label. */
function stream(key: Buffer, label: string, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at * 64 < length; at++)
    parts.push(createHmac("sha512", key).update(`${label}\n${at}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

/** The stable id of the partition that keeps the operations of a subscription: `p` in a link. */
export function partitionOf(subscriptionId: string): string {
  const hex = createHash("sha256").update(subscriptionId.toLowerCase()).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
