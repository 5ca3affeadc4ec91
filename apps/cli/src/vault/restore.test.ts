import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { type RestoreRequest, restoreToFile, restoreToStream } from "./restore.ts";

const folder = await mkdtemp(path.join(tmpdir(), "kluis-restore-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = "2026-11-26T12:00:00.000Z";
const times = {
  takenAt: at,
  snapshotStartedAt: at,
  snapshotEndedAt: at,
  transferStartedAt: at,
  transferEndedAt: at,
};

test("a disk whose chunk map is not the manifest's is refused, and no file is left", async () => {
  const stats = {
    logicalBytes: 4096,
    readBytes: 0,
    changedBytes: 0,
    movedBytes: 0,
    storedBytes: 0,
    zeroBytes: 4096,
  };
  const disk = {
    key: "os",
    name: "os",
    resourceId: "/disks/os",
    uniqueId: "",
    diskBytes: 4096,
    sku: "Premium_LRS",
    root: null,
    rootDigest: "ab".repeat(24),
    domain: "",
    delta: "full",
    deltaReason: null,
    stats,
    configuration: {},
  } as const;
  const request: RestoreRequest = {
    vault: {
      rootDigest: () => "cd".repeat(24),
      openDisk: () => {
        throw new Error("The disk was opened.");
      },
    },
    point: { pointId: "p", manifest: { times } },
    disk,
    format: "raw",
    signal: AbortSignal.timeout(10_000),
    onProgress: () => {},
  };
  const refused = { code: "VAULT_DATA_DAMAGED", params: { object: "points/p" } };
  const file = path.join(folder, "disk.img");
  await expect(restoreToFile(request, { file, force: false })).rejects.toMatchObject(refused);
  await expect(restoreToStream(request, new PassThrough())).rejects.toMatchObject(refused);
  expect(await readdir(folder)).toEqual([]);
});
