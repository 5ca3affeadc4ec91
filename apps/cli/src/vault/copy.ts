/**
 * Copies a vault to another place, object by object and unopened: the copy is a whole vault with the same keys. Only what is
 * missing is read. Packs come before the manifests that need them, so every point of the copy is complete at any moment.
 */
import { forEachConcurrent } from "@kluis/domain/core";
import type { BlobStore, Vault } from "@kluis/vault";
import { type Failure, failureOf, LocalError } from "../failure.ts";

export interface CopyRequest {
  readonly from: BlobStore;
  /** Opened from `from`: it tells which manifests are whole. */
  readonly vault: Vault;
  readonly to: BlobStore;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: CopyProgress) => void;
}

export interface CopyProgress {
  readonly objects: number;
  readonly bytes: number;
}

export interface CopyResult extends CopyProgress {
  /** Points of the source, those that this run added to the copy, and those that are not in the copy. */
  readonly points: number;
  readonly added: number;
  readonly missing: readonly { readonly pointId: string; readonly code: string; readonly message: string }[];
}

/** Packs in flight: each is read whole. */
const COPIES = 4;
const DESCRIPTOR = "vault.json";
const hexPairs = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
/** Names of objects that belong to a vault; whatever else lies in the source stays there. */
const packName = /^(packs|nodes)\/([0-9a-f]{2})\/\2[0-9a-f]{30}$/;
const movedName = /^moved\/([0-9a-f]{2})\/\1[0-9a-f]{30}\/[0-9a-f]{16}$/;
const slotName = /^keys\/[0-9a-f]+\.json$/;
const mostBytes = {
  pack: 64 * 1024 * 1024,
  moved: 16 * 1024 * 1024,
  slot: 64 * 1024,
  manifest: 32 * 1024 * 1024,
};

/** @throws LocalError CONFLICT when the target holds another vault, KluisError VAULT_* */
export async function copyVault(request: CopyRequest): Promise<CopyResult> {
  const copier = new Copier(request);
  await copier.begin();
  // The list of points comes first: packs that it needs are there when they are listed.
  const ids = (await Array.fromAsync(request.vault.listManifests(request.signal))).map(
    ({ pointId }) => pointId,
  );
  await copier.packs();
  await copier.prefix("moved/", { names: movedName, most: mostBytes.moved });
  return copier.manifests(ids);
}

class Copier {
  private readonly request: CopyRequest;
  private readonly done = { objects: 0, bytes: 0 };

  constructor(request: CopyRequest) {
    this.request = request;
  }

  /** Key slots first: a vault whose descriptor is there can be opened. */
  async begin(): Promise<void> {
    const { from, to, signal } = this.request;
    await this.prefix("keys/", { names: slotName, most: mostBytes.slot });
    const descriptor = await from.get(DESCRIPTOR, { signal, most: mostBytes.slot });
    if ((await to.head(DESCRIPTOR, signal)) === null) await this.put(DESCRIPTOR, descriptor);
    const there = await to.get(DESCRIPTOR, { signal, most: mostBytes.slot });
    if (Buffer.compare(descriptor, there) === 0) return;
    throw new LocalError("CONFLICT", {
      message: `There is another vault in ${to.description}.`,
      action: "Copy to an empty place, or to an earlier copy of this vault.",
    });
  }

  async packs(): Promise<void> {
    // In 512 parts, so that the names of a large vault are never in memory at once.
    for (const folder of ["packs", "nodes"])
      for (const pair of hexPairs)
        await this.prefix(`${folder}/${pair}/`, { names: packName, most: mostBytes.pack });
  }

  /** Copies the objects below a prefix that the target does not have in this size. */
  async prefix(prefix: string, what: { readonly names: RegExp; readonly most: number }): Promise<void> {
    const { from, to, signal } = this.request;
    const there = new Set<string>();
    for await (const { name } of to.list(prefix, signal)) there.add(name);
    const missing = async function* () {
      for await (const { name, bytes } of from.list(prefix, signal))
        if (what.names.test(name) && bytes <= what.most && !there.has(name)) yield name;
    };
    await forEachConcurrent(missing(), { limit: COPIES, signal }, async (name) => {
      await this.copy(name, what.most);
    });
  }

  async manifests(ids: readonly string[]): Promise<CopyResult> {
    const { vault, to, signal } = this.request;
    const there = new Set<string>();
    for await (const { name } of to.list("points/", signal)) there.add(name);
    const missing: { pointId: string; code: string; message: string }[] = [];
    let added = 0;
    for (const pointId of ids) {
      const name = `points/${pointId}`;
      if (there.has(name)) continue;
      try {
        await vault.getManifest(pointId, signal);
        added += (await this.copy(name, mostBytes.manifest)) ? 1 : 0;
      } catch (error) {
        const { code, message } = damageOf(error);
        // A point that was deleted meanwhile is not missing.
        if (code !== "VAULT_OBJECT_MISSING") missing.push({ pointId, code, message });
      }
    }
    return { ...this.done, points: ids.length, added, missing };
  }

  /** False when the object was deleted since it was listed: a collection or a deletion runs meanwhile. */
  private async copy(name: string, most: number): Promise<boolean> {
    const { from, signal } = this.request;
    const bytes = await unlessMissing(from.get(name, { signal, most }));
    if (bytes !== null) await this.put(name, bytes);
    return bytes !== null;
  }

  private async put(name: string, bytes: Uint8Array): Promise<void> {
    const { to, signal, onProgress } = this.request;
    try {
      await to.put(name, [bytes], signal);
    } catch (error) {
      // Another copy runs at the same time: names are random, so it is the same object.
      if (failureOf(error).code !== "VAULT_OBJECT_EXISTS") throw error;
    }
    this.done.objects += 1;
    this.done.bytes += bytes.length;
    onProgress({ ...this.done });
  }
}

async function unlessMissing(reading: Promise<Uint8Array>): Promise<Uint8Array | null> {
  try {
    return await reading;
  } catch (error) {
    if (failureOf(error).code === "VAULT_OBJECT_MISSING") return null;
    throw error;
  }
}

/** Damage of one manifest concerns one point. @throws every other error */
function damageOf(error: unknown): Failure {
  const failure = failureOf(error);
  const codes = ["VAULT_DATA_DAMAGED", "VAULT_VERSION_UNSUPPORTED", "VAULT_OBJECT_MISSING"];
  if (codes.includes(failure.code)) return failure;
  throw error;
}
