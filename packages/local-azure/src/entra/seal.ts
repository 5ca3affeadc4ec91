/** Sealed values: the encrypted content of codes, refresh tokens and sign-in forms. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { z } from "zod";

type SealPurpose = "sign-in" | "code" | "refresh";

const envelopeSchema = z.object({ exp: z.number(), jti: z.string(), value: z.unknown() });

interface Opened<T> {
  readonly value: T;
  /** Unique per sealed value, so that single use can be enforced. */
  readonly jti: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly expired: boolean;
}

/**
 * Seals small values with AES-256-GCM, so that codes and refresh tokens need no table and survive a
 * restart. The purpose is authenticated: a refresh token cannot be used as a code.
 */
export class Sealer {
  readonly #key: Buffer;

  constructor(keyBase64Url: string) {
    this.#key = Buffer.from(keyBase64Url, "base64url");
  }

  seal(purpose: SealPurpose, value: unknown, expiresAt: number): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, iv).setAAD(Buffer.from(purpose));
    const plain = JSON.stringify({ exp: expiresAt, jti: randomBytes(12).toString("base64url"), value });
    const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url");
  }

  /** Opens a sealed value, expired or not. Null: not sealed here, or for another purpose. */
  open<T>(
    purpose: SealPurpose,
    text: string,
    options: { schema: z.ZodType<T>; now: number },
  ): Opened<T> | null {
    const bytes = Buffer.from(text, "base64url");
    if (bytes.length < 29) return null;
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, 12))
      .setAAD(Buffer.from(purpose))
      .setAuthTag(bytes.subarray(12, 28));
    let plain: string;
    try {
      plain = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
    } catch (error) {
      if (error instanceof Error) return null; // GCM failed: forged, truncated, or sealed for another purpose
      throw error;
    }
    const envelope = envelopeSchema.parse(JSON.parse(plain));
    const value = options.schema.safeParse(envelope.value);
    if (!value.success) return null;
    return {
      value: value.data,
      jti: envelope.jti,
      expiresAt: envelope.exp,
      expired: options.now >= envelope.exp,
    };
  }
}
