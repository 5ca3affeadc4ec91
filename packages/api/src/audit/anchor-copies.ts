import type { SignedHead } from "@kluis/db";
import { anchorsPrefix, KluisError, type Notice, notice } from "@kluis/domain";
import { parseAnchorCopy } from "@kluis/reports";
import type { BlobStore } from "@kluis/vault";
import type { Api } from "../context.ts";
import { kluisErrorOf } from "../error-map.ts";

export interface AnchorCopies {
  readonly copies: readonly SignedHead[];
  /** The public keys (SPKI, PEM) in the copies, each once. */
  readonly publicPems: readonly string[];
  /** Set when not all copies could be read. */
  readonly unchecked: Notice<"ledger-copies-unread"> | null;
}

/** Bounds the reading, so that a store that does not answer cannot block a verification. */
const readTimeoutMs = 120_000;
/** Copies that are read in parallel. */
const atOnce = 16;

/**
 * Reads the copies of the anchors in all vaults, which the owner of the database cannot change. Reads all of them, not only the
 * newest, because a rewritten history may have been anchored since. When some cannot be read, the others still count.
 */
export async function readAnchorCopies(api: Api, signal: AbortSignal | undefined): Promise<AnchorCopies> {
  const timeout = AbortSignal.timeout(readTimeoutMs);
  const bounded = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const copies: SignedHead[] = [];
  const publicPems = new Set<string>();
  const problems: unknown[] = [];
  const read = async (open: OpenStore): Promise<void> => {
    try {
      for await (const parsed of readCopies(await openPresentStore(open, bounded), bounded)) {
        if ("error" in parsed) problems.push(parsed.error);
        else {
          copies.push(parsed.copy);
          publicPems.add(parsed.publicPem);
        }
      }
    } catch (error) {
      signal?.throwIfAborted();
      problems.push(error);
    }
  };
  // The default vault gets the next copy; vaults that were the default hold the earlier ones.
  const stores = await api.vaults.stores(api.db.prisma);
  if (stores.length === 0) problems.push(notRecorded());
  for (const { open } of stores) await read(open);
  return { copies, publicPems: [...publicPems], unchecked: uncheckedBy(api, problems) };
}

async function* readCopies(store: BlobStore, signal: AbortSignal): AsyncGenerator<ReturnType<typeof parse>> {
  const infos = await Array.fromAsync(store.list(anchorsPrefix, signal));
  for (let at = 0; at < infos.length; at += atOnce) {
    const some = infos.slice(at, at + atOnce).map(({ name }) => store.get(name, { signal }));
    for (const read of await Promise.allSettled(some)) yield parse(read);
    signal.throwIfAborted();
  }
}

type OpenStore = () => Promise<BlobStore>;

/** Requires a vault in the store: a folder that is not mounted lists nothing, which must not count as "no copies". */
async function openPresentStore(open: OpenStore, signal: AbortSignal): Promise<BlobStore> {
  const store = await open();
  if ((await store.head("vault.json", signal)) !== null) return store;
  throw notRecorded();
}

function notRecorded(): KluisError {
  return new KluisError("VAULT_NOT_INITIALISED", {
    reason: "not-recorded",
    message: "The store holds no vault.",
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

function uncheckedBy(api: Api, problems: readonly unknown[]): AnchorCopies["unchecked"] {
  const [first] = problems;
  if (problems.length === 0) return null;
  api.logger.error({ err: first, problems: problems.length }, "copies of anchors could not be read");
  const { code } = kluisErrorOf(first);
  return notice("ledger-copies-unread", { code });
}
