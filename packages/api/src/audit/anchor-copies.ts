import type { SignedHead } from "@kluis/db";
import { anchorsPrefix, KluisError } from "@kluis/domain";
import { parseAnchorCopy } from "@kluis/reports";
import type { BlobStore } from "@kluis/vault";
import type { Api } from "../context.ts";
import { kluisErrorOf } from "../error-map.ts";

export interface AnchorCopies {
  readonly copies: readonly SignedHead[];
  /** Public keys (SPKI, PEM) that came with the copies, each once. */
  readonly publicPems: readonly string[];
  /** What could not be read of them, in a sentence; null when all were. */
  readonly unchecked: string | null;
}

/** Bounds the reading: a store that does not answer must not hold a verification for ever. */
const readTimeoutMs = 120_000;
/** Copies that are read at once. */
const atOnce = 16;

/**
 * The anchors' copies in the vault, which whoever owns the database cannot change. All are read, not only the newest: a history
 * that was rewritten may have been anchored since. A copy that cannot be read is said, and the others still count.
 */
export async function readAnchorCopies(api: Api, signal: AbortSignal | undefined): Promise<AnchorCopies> {
  const timeout = AbortSignal.timeout(readTimeoutMs);
  const bounded = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const copies: SignedHead[] = [];
  const publicPems = new Set<string>();
  const problems: unknown[] = [];
  try {
    const store = await openPresentStore(api, bounded);
    const infos = await Array.fromAsync(store.list(anchorsPrefix, bounded));
    for (let at = 0; at < infos.length; at += atOnce) {
      const some = infos.slice(at, at + atOnce).map(({ name }) => store.get(name, { signal: bounded }));
      for (const read of await Promise.allSettled(some)) {
        const parsed = parse(read);
        if ("error" in parsed) problems.push(parsed.error);
        else {
          copies.push(parsed.copy);
          publicPems.add(parsed.publicPem);
        }
      }
      bounded.throwIfAborted();
    }
  } catch (error) {
    signal?.throwIfAborted();
    problems.push(error);
  }
  return { copies, publicPems: [...publicPems], unchecked: wordsOf(api, problems) };
}

/** A folder that is not mounted lists nothing: only a store that holds a vault can say that there are no copies. */
async function openPresentStore(api: Api, signal: AbortSignal): Promise<BlobStore> {
  const store = await api.vault.openStore();
  if ((await store.head("vault.json", signal)) !== null) return store;
  throw new KluisError("VAULT_NOT_INITIALISED", {
    reason: "not-recorded",
    message: "There is no vault where it should be.",
  });
}

function parse(
  read: PromiseSettledResult<Uint8Array>,
): ReturnType<typeof parseAnchorCopy> | { readonly error: unknown } {
  if (read.status === "rejected") return { error: read.reason };
  try {
    return parseAnchorCopy(Buffer.from(read.value).toString("utf8"));
  } catch (error) {
    return { error };
  }
}

function wordsOf(api: Api, problems: readonly unknown[]): string | null {
  const [first] = problems;
  if (problems.length === 0) return null;
  api.logger.error({ err: first, problems: problems.length }, "copies of anchors could not be read");
  const { code } = kluisErrorOf(first);
  return `The anchors' copies in the vault could not all be read (${code}): events that were removed or rewritten together with the database's own anchors may not be found.`;
}
