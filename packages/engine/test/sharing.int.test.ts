/** What the figures of a VM's backups say about the disks of others that share its domain of deduplication: nothing. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chunkIndex, createVaultRow, inTransaction, vmChunkIndex } from "@kluis/db";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { systemClock } from "@kluis/domain";
import type { NodeRef, SegmentResult, Vault } from "@kluis/vault";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSettings } from "../src/runtime/vaults.ts";

const windowBytes = 2 ** 20;
const candidates = 24;
const diskBytes = candidates * windowBytes;

let base: TestDatabase;
let folder: string;
beforeAll(async () => {
  base = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), "kluis-sharing-"));
});
afterAll(async () => {
  await base[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface SharedVault {
  readonly vault: Vault;
  readonly vaultId: string;
}

async function emptyVault(name: string): Promise<SharedVault> {
  const vaultId = randomUUID();
  const place = path.join(folder, name);
  const row = { id: vaultId, name, kind: "folder", source: "portal", state: "enabled" } as const;
  const where = { account: null, container: null, folder: place, sealedSecret: null };
  await inTransaction(base.db, (tx) => createVaultRow(tx, { ...row, ...where }, systemClock));
  const settings = { kind: "folder", name, folder: place, keyFile: path.join(folder, "vault.key") } as const;
  const { vault } = await openSettings(settings, {
    index: chunkIndex(base.db, { vaultId }),
    clock: systemClock,
    signal: AbortSignal.timeout(30_000),
  });
  return { vault, vaultId };
}

/** The block that a disk has when its secret is this one. */
function blockOf(secret: number): Buffer {
  return Buffer.alloc(65_536, `pin=${secret};`);
}

interface Backup {
  readonly vmId: string;
  /** Window of the disk → secret whose block is first in it. */
  readonly content: ReadonlyMap<number, number>;
  readonly base: NodeRef | null;
}

async function backUp(
  { vault, vaultId }: SharedVault,
  { vmId, content, base: node }: Backup,
): Promise<SegmentResult> {
  const disk = Buffer.alloc(diskBytes);
  for (const [window, secret] of content) blockOf(secret).copy(disk, window * windowBytes);
  return vault.writeSegment({
    diskBytes,
    segment: 0,
    extents: [{ offset: 0, length: diskBytes, kind: "data" }],
    delta: "digest-comparison",
    domain: "subscription:one",
    base: node,
    index: vmChunkIndex(base.db, { vaultId, vmId, jobId: randomUUID() }),
    source: {
      size: diskBytes,
      read: (offset, length) => Promise.resolve(disk.subarray(offset, offset + length)),
    },
    signal: AbortSignal.timeout(60_000),
  });
}

/** What the attacker's job, point and progress would show, of each of 20 backups that write guesses in many ways. */
async function attack(shared: SharedVault): Promise<unknown[]> {
  const vmId = randomUUID();
  const seen: unknown[] = [];
  let node: NodeRef | null = null;
  for (let round = 0; round < 20; round++) {
    const content = new Map<number, number>();
    for (let secret = 0; secret < candidates; secret++) {
      // Halves, as in a binary search; again later, in other places, and with and without the previous backup.
      const isGuessed = ((secret >> (round % 5)) & 1) === 1 || round % 7 === 6;
      if (isGuessed) content.set((secret + 5 * round) % candidates, secret);
    }
    const result: SegmentResult = await backUp(shared, {
      vmId,
      content,
      base: round % 3 === 2 ? null : node,
    });
    node = result.node;
    const { readBytes, changedBytes, zeroBytes } = result.stats;
    seen.push({ ...result.shown, readBytes, changedBytes, zeroBytes });
  }
  return seen;
}

describe("VMs that share content", () => {
  test("20 backups with guesses show the same with and without the secret in the vault", async () => {
    const alone = await emptyVault("alone");
    const withSecret = await emptyVault("shared");
    const victim = { vmId: randomUUID(), content: new Map([[3, 17]]), base: null };
    expect((await backUp(withSecret, victim)).stats.chunksNew).toBe(1);
    const expected = await attack(alone);
    expect(await attack(withSecret)).toEqual(expected);
    expect(expected.some((one) => JSON.stringify(one).includes('"chunksReused":0'))).toBe(true);
  });

  test("the content of another VM is shared all the same: new in what is shown, reused in what happened", async () => {
    const shared = await emptyVault("sharing");
    const content = new Map([
      [0, 1],
      [1, 2],
    ]);
    await backUp(shared, { vmId: randomUUID(), content, base: null });
    const vmId = randomUUID();
    const first = await backUp(shared, { vmId, content, base: null });
    expect(first.stats).toMatchObject({ chunksNew: 0, chunksReused: 2, movedBytes: 0 });
    expect(first.shown).toMatchObject({ chunksNew: 2, chunksReused: 0, movedBytes: 2 * 65_536 });
    expect(first.shown.storedBytes).toBeGreaterThan(0);
    const again = await backUp(shared, { vmId, content: new Map([[9, 2]]), base: null });
    expect(again.shown).toMatchObject({ chunksNew: 0, chunksReused: 1, movedBytes: 0, storedBytes: 0 });
  });
});
