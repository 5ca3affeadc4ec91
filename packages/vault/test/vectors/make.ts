/** Makes the golden vaults of a format version. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createTransferLimits,
  createVault,
  type NodeRef,
  SEGMENT_BYTES,
  type Vault,
} from "../../src/index.ts";
import { VaultKeys } from "../../src/keys/derive.ts";
import { createKeyring, type Keyring, withNewEpoch } from "../../src/keys/keyring.ts";
import { packOfName } from "../../src/names.ts";
import { backUp, clock, ModelDisk, manifestOf, noise, sha256, signal, testKeys } from "../fixtures.ts";
import { MemoryStore } from "../memory-store.ts";
import { movePack } from "../move-pack.ts";

/**
 * Makes the golden vaults of the current format version: `node packages/vault/test/vectors/make.ts`. Run it once per version
 * and never again: with the golden vaults a build proves that it still reads the vaults of older builds.
 *
 * - `vault-v1.json`: two epochs, two domains, moved tables in both, a disk of more than one segment.
 * - `history-v1.json`: ten points of two disks, with deleted points in between.
 */
const KEY = "golden";

interface GoldenDisk {
  readonly extents: { offset: number; length: number; sha256: string }[];
  readonly rootDigest: string;
  readonly diskBytes: number;
}
type GoldenPoint = GoldenDisk & { readonly manifestDigest: string };

/** A vault that is being made: points of one disk each, every one named by the next. */
class Golden {
  readonly store = new MemoryStore();
  readonly points: Record<string, GoldenPoint> = {};
  private readonly vault: Vault;
  private readonly last = new Map<
    string,
    { root: NodeRef | null; point: { pointId: string; manifestDigest: string } }
  >();

  private constructor(vault: Vault, store: MemoryStore) {
    this.vault = vault;
    this.store = store;
  }

  /** Opens a vault with a keyring; takes over the content of an earlier one, as after a rotation. */
  static async open(keyring: Keyring, before?: Golden): Promise<Golden> {
    const store = new MemoryStore();
    const limits = createTransferLimits({ packBytes: 64 * 1024 });
    const vault = await createVault({ store, keys: testKeys(KEY), keyring, limits, clock, signal });
    const made = new Golden(vault, store);
    for (const [name, bytes] of before?.store.objects ?? []) {
      if (/^(packs|nodes|moved|points)\//.test(name)) store.objects.set(name, bytes);
    }
    Object.assign(made.points, before?.points);
    for (const [disk, last] of before?.last ?? []) made.last.set(disk, last);
    return made;
  }

  async take(
    pointId: string,
    { disk, name, domain }: { readonly disk: ModelDisk; readonly name: string; readonly domain: string },
  ): Promise<void> {
    const before = this.last.get(name) ?? null;
    const changes = disk.takeChanges();
    const sealed = await backUp(this.vault, {
      source: disk,
      extents: before === null ? disk.allocated() : changes,
      delta: before === null ? "digest-comparison" : "changed-ranges",
      domain,
      base: before?.root ?? null,
    });
    const manifest = manifestOf(this.vault, pointId, { ...sealed, diskBytes: disk.size });
    const { digest: manifestDigest } = await this.vault.putManifest(
      {
        ...manifest,
        vm: { ...manifest.vm, name },
        previous: before?.point ?? null,
        disks: manifest.disks.map((one) => ({ ...one, domain })),
      },
      signal,
    );
    this.last.set(name, { root: sealed.root, point: { pointId, manifestDigest } });
    const extents = [];
    for await (const { offset, length } of this.vault.openDisk(sealed.root, disk.size).extents(signal)) {
      extents.push({ offset, length, sha256: sha256(disk.bytes(offset, length)) });
    }
    this.points[pointId] = { extents, rootDigest: sealed.rootDigest, manifestDigest, diskBytes: disk.size };
  }

  async drop(pointId: string): Promise<void> {
    await this.vault.deleteManifest(pointId, signal);
    delete this.points[pointId];
  }

  async write(file: string): Promise<void> {
    const objects = Object.fromEntries(
      [...this.store.objects]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, bytes]) => [name, bytes.toString("base64")]),
    );
    const golden = { version: 1, key: KEY, vaultId: this.vault.id, points: this.points, objects };
    await writeFile(join(import.meta.dirname, file), `${JSON.stringify(golden, null, 2)}\n`);
  }
}

const first = createKeyring("5f0c1d7e-9a3b-4c6d-8e2f-1a2b3c4d5e6f", clock.now());
const second = withNewEpoch(first, new Date(clock.now().getTime() + 1000));

async function makeSmall(): Promise<void> {
  const size = SEGMENT_BYTES + 3 * 1024 * 1024 + 4608;
  const [red, blue] = [new ModelDisk(size), new ModelDisk(2 * 1024 * 1024)];
  red.write(70_000, Buffer.alloc(300_000, "Kluis keeps what is compressible small. "));
  red.write(SEGMENT_BYTES - 5000, noise(20_000, 1));
  red.write(size - 1000, noise(1000, 2));
  blue.write(70_000, Buffer.alloc(300_000, "Kluis keeps what is compressible small. "));
  const before = await Golden.open(first);
  await before.take("first", { disk: red, name: "red", domain: "subscription:red" });
  await before.take("other", { disk: blue, name: "blue", domain: "subscription:blue" });
  const golden = await Golden.open(second, before);
  red.write(200_000, noise(3000, 3));
  red.clear(SEGMENT_BYTES, 65_536);
  await golden.take("second", { disk: red, name: "red", domain: "subscription:red" });
  // One pack of each kind moves once, and one twice: under the newest epoch.
  const keys = new VaultKeys(second);
  const packs = [...golden.store.objects.keys()].sort().flatMap((name) => packOfName(name) ?? []);
  for (const kind of ["chunks", "nodes"] as const) {
    const [one, two] = packs.filter((pack) => pack.kind === kind);
    if (one !== undefined) await movePack(golden.store, keys, one);
    if (two !== undefined) await movePack(golden.store, keys, await movePack(golden.store, keys, two));
  }
  await golden.take("empty", { disk: new ModelDisk(1000), name: "none", domain: "subscription:red" });
  await golden.write("vault-v1.json");
}

async function makeHistory(): Promise<void> {
  const golden = await Golden.open(second);
  const disks = [new ModelDisk(6 * 1024 * 1024 + 512), new ModelDisk(40 * 1024 * 1024)];
  for (let n = 0; n < 10; n++) {
    for (const [d, disk] of disks.entries()) {
      disk.write(((n * 7 + d) % 5) * 1_100_000, noise(1000 + n * 900, n * 10 + d));
      disk.write(((n * 3) % 4) * 500_000, Buffer.alloc(70_000, `round ${n % 3} `));
      if (n % 4 === 3) disk.clear(1024 * 1024, 131_072);
      await golden.take(`d${d}-${n}`, { disk, name: `vm-${d}`, domain: "vault" });
    }
    if (n > 2 && n % 3 === 0) for (const d of disks.keys()) await golden.drop(`d${d}-${n - 2}`);
  }
  await golden.write("history-v1.json");
}

await makeSmall();
await makeHistory();
