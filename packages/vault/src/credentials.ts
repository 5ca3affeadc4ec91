/** The credentials of a vault that was added in the portal: what its sealed secret holds. */
import { z } from "zod";

const connection = z.string().min(1).max(4_096);
const schema = z.strictObject({
  writer: connection,
  collector: connection.optional(),
  reader: connection.optional(),
});

/** Connection strings by identity. The writer does what an absent identity would do. */
export interface VaultCredentials {
  /** Creates and reads objects. */
  readonly writer: string;
  /** Deletes objects. */
  readonly collector?: string | undefined;
  /** Reads for the portal. */
  readonly reader?: string | undefined;
}

/** The text to seal. One credential stays a bare connection string. */
export function vaultCredentialsText({ writer, collector, reader }: VaultCredentials): string {
  if (collector === undefined && reader === undefined) return writer;
  return JSON.stringify({ writer, collector, reader });
}

/** The credentials in an opened secret; null when it is not one that {@link vaultCredentialsText} made. */
export function readVaultCredentials(text: string): VaultCredentials | null {
  // No connection string begins with a brace.
  if (!text.startsWith("{")) return { writer: text };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return schema.safeParse(value).data ?? null;
}
