import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { LocalAzureControl, LocalAzureError, startLocalAzure } from "../src/index.ts";
import { blob, client, GROUP, MIB, pattern, plainEntra, sas, TOKEN, writeImage } from "./lab.ts";
import { containing } from "./matchers.ts";

const SIZE = 32 * MIB;
const readySchema = z.object({ url: z.string(), controlToken: z.string() });

let dir: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "local-azure-kill-"));
});
afterEach(async () => {
  await kill();
  await rm(dir, { recursive: true, force: true });
});

async function start(): Promise<{ control: LocalAzureControl; arm: ReturnType<typeof client> }> {
  child = fork(fileURLToPath(new URL("serve-child.ts", import.meta.url)), [join(dir, "data")]);
  const [ready] = z.tuple([readySchema], z.unknown()).parse(await once(child, "message"));
  return { control: new LocalAzureControl(ready), arm: client(ready.url, TOKEN) };
}

async function kill(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** An image whose blocks all hold one version number. */
const version = (number: number): Promise<string> =>
  writeImage(join(dir, `v${number}.raw`), SIZE, [{ offset: 0, data: Buffer.alloc(16 * MIB, number) }]);

async function contentOf(control: LocalAzureControl, name: string): Promise<Buffer> {
  const to = join(dir, "content.raw");
  await control.exportDisk({ disk: name, to });
  return readFile(to);
}

test("a kill during writes and restore points loses no answered change and leaves no files behind", async () => {
  let { control, arm } = await start();
  const images = await Promise.all([1, 2, 3, 4, 5].map(version));
  const vm = await control.importVm({
    vm: "web",
    os: "linux",
    resourceGroup: GROUP,
    disks: [images[0] ?? ""],
  });
  await arm.restorePointCollections.createOrUpdate(GROUP, "rpc", {
    location: "westeurope",
    source: { id: vm.id },
  });
  await arm.restorePoints.create(GROUP, "rpc", "before", {});
  for (const [index, image] of images.slice(1).entries()) {
    const round = index + 2;
    const work = Promise.allSettled([
      control.write({ vm: "web", disk: "os", image }),
      arm.restorePoints.create(GROUP, "rpc", `r${round}`, {}),
      round > 2 ? arm.restorePoints.delete(GROUP, "rpc", `r${round - 1}`) : Promise.resolve(),
    ]);
    // Each round kills at another moment; every moment must be safe.
    await new Promise((resolve) => setTimeout(resolve, index * 12));
    await kill();
    await work;
    ({ control, arm } = await start());
    const bytes = await contentOf(control, "web-os");
    const seen = new Set<number>();
    for (let at = 0; at < 16 * MIB; at += 4096) {
      const block = bytes.subarray(at, at + 4096);
      if (!block.equals(Buffer.alloc(4096, block[0]))) throw new Error(`The block at ${at} is torn`);
      seen.add(block[0] ?? -1);
    }
    expect([...seen].every((number) => number >= 1 && number <= round)).toBe(true);
    expect(bytes.subarray(16 * MIB).equals(Buffer.alloc(16 * MIB))).toBe(true);
    await control.write({ vm: "web", disk: "os", image });
  }
  await endedOperations(control);
  const collection = await arm.restorePointCollections.get(GROUP, "rpc", { expand: "restorePoints" });
  const before = collection.restorePoints?.find((point) => point.name === "before");
  const disk = before?.sourceMetadata?.storageProfile?.osDisk?.diskRestorePoint?.id?.split("/").at(-1) ?? "";
  const url = await sas(
    arm.diskRestorePoint.grantAccess(GROUP, "rpc", "before", disk, { access: "Read", durationInSeconds: 60 }),
  );
  const old = await blob(url).downloadToBuffer(0, 16 * MIB);
  expect(old.equals(Buffer.alloc(16 * MIB, 1))).toBe(true);
  await arm.diskRestorePoint.revokeAccess(GROUP, "rpc", "before", disk);
  await arm.restorePointCollections.delete(GROUP, "rpc");
  // One layer is left: the disk's own, as two files.
  expect(await readdir(join(dir, "data", "layers"))).toHaveLength(2);
  expect((await contentOf(control, "web-os")).subarray(0, 16 * MIB).equals(Buffer.alloc(16 * MIB, 5))).toBe(
    true,
  );
});

/** Interrupted operations continue after the start; each one must end. */
async function endedOperations(control: LocalAzureControl): Promise<void> {
  await expect
    .poll(async () => (await control.snapshots()).restorePoints.map((point) => point.state), {
      timeout: 20_000,
    })
    .toSatisfy((states: string[]) => states.every((state) => state === "Succeeded" || state === "Failed"));
}

test("an import that is killed leaves no VM, no disk and no file", async () => {
  const { control } = await start();
  const image = await writeImage(join(dir, "big.raw"), 256 * MIB, [
    { offset: 0, data: pattern(128 * MIB, 1) },
  ]);
  const work = control
    .importVm({ vm: "half", os: "linux", resourceGroup: GROUP, disks: [image] })
    .catch(() => undefined);
  await expect.poll(async () => (await readdir(join(dir, "data", "layers"))).length).toBeGreaterThan(0);
  await kill();
  await work;
  const again = await start();
  const list = await again.control.list();
  const files = await readdir(join(dir, "data", "layers"));
  expect({ vms: list.vms.length * 2, files: files.length }).toEqual({
    vms: files.length,
    files: files.length,
  });
});

test("a damaged state file is refused with an action and stays unchanged", async () => {
  await (await startLocalAzure({ dataDir: join(dir, "data"), entra: plainEntra })).stop();
  const file = join(dir, "data", "state.json");
  await writeFile(file, "{ not json");
  const failure = await startLocalAzure({ dataDir: join(dir, "data"), entra: plainEntra }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(LocalAzureError);
  expect(failure).toMatchObject({ code: "STATE_DAMAGED", action: containing("Move") });
  expect(await readFile(file, "utf8")).toBe("{ not json");
});

test("a second server on the same folder is refused", async () => {
  const first = await startLocalAzure({ dataDir: join(dir, "data"), entra: plainEntra });
  const second = startLocalAzure({ dataDir: join(dir, "data"), entra: plainEntra });
  await expect(second).rejects.toMatchObject({ code: "ALREADY_RUNNING" });
  await first.stop();
  await (await startLocalAzure({ dataDir: join(dir, "data"), entra: plainEntra })).stop();
});

test("a port in use is reported as PORT_BUSY", async () => {
  await using stack = new AsyncDisposableStack();
  const first = await startLocalAzure({ dataDir: join(dir, "one"), entra: plainEntra });
  stack.defer(() => first.stop());
  const port = Number(new URL(first.url).port);
  await expect(startLocalAzure({ dataDir: join(dir, "two"), entra: plainEntra, port })).rejects.toMatchObject(
    {
      code: "PORT_BUSY",
    },
  );
});

test("a start whose seeding fails stops listening, and the next start seeds again", async () => {
  const options = { dataDir: join(dir, "data"), entra: plainEntra };
  const failing = startLocalAzure({ ...options, seedFleet: () => Promise.reject(new Error("no images")) });
  await expect(failing).rejects.toThrow("no images");
  const seeded: string[] = [];
  const azure = await startLocalAzure({
    ...options,
    seedFleet: async () => {
      seeded.push("once");
    },
  });
  await azure.stop();
  await (await startLocalAzure({ ...options, seedFleet: () => Promise.reject(new Error("again")) })).stop();
  expect(seeded).toEqual(["once"]);
});
