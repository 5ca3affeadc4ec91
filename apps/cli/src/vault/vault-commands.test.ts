import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, open, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { exitCodes } from "../failure.ts";
import { run } from "../main.ts";
import { parseAddress } from "./address.ts";
import { parseChangedRanges } from "./changed-ranges.ts";
import { allocatedExtents, ExtentList } from "./extents.ts";

const MIB = 1024 * 1024;
const never = new AbortController().signal;
const hasQemu = spawnSync("qemu-img", ["--version"]).status === 0;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kluis-vault-cli-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs `kluis vault …` on the vault in `folder`. */
async function vault(line: string, typed = ""): Promise<{ code: number; out: Buffer; err: string }> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(typed);
  const pieces: Buffer[] = [];
  stdout.on("data", (piece: Buffer) => pieces.push(piece));
  const env = {
    KLUIS_HOME: "/nowhere",
    KLUIS_VAULT: path.join(folder, "vault"),
    KLUIS_VAULT_KEY_FILE: path.join(folder, "vault.key"),
  };
  const words = ["vault", ...line.replaceAll("DIR", folder).split(" ")];
  const code = await run(words, { stdin, stdout, stderr, env, signal: never });
  return { code, out: Buffer.concat(pieces), err: String(stderr.read() ?? "") };
}

async function answer<T>(schema: z.ZodType<T>, line: string, typed = ""): Promise<T> {
  const { code, out, err } = await vault(`${line} --json`, typed);
  expect({ line, code, err }).toEqual({ line, code: exitCodes.ok, err: "" });
  return schema.parse(JSON.parse(out.toString()));
}

const created = z.object({
  pointId: z.string(),
  previous: z.string().nullable(),
  disks: z.array(
    z.object({ delta: z.string(), rootDigest: z.string(), stats: z.record(z.string(), z.number()) }),
  ),
});

/** A sparse image of 1 GiB and a bit, with data at both ends. */
async function makeImage(name: string): Promise<string> {
  const file = path.join(folder, name);
  await using handle = await open(file, "w");
  await handle.truncate(1024 * MIB + 5 * 512);
  await handle.write(Buffer.alloc(3 * MIB, "Kluis "), 0, 3 * MIB, 10 * MIB);
  await handle.write(Buffer.alloc(700, "end"), 0, 700, 1024 * MIB + 100);
  return file;
}

async function change(file: string, at: number, text: string): Promise<void> {
  await using handle = await open(file, "r+");
  await handle.write(Buffer.from(text), 0, text.length, at);
}

describe("a vault without Kluis", () => {
  test("is created, holds images, and restores them", async () => {
    await answer(z.object({ vaultId: z.uuid() }), "init");
    expect((await vault("init")).code).toBe(exitCodes.failed);
    expect((await vault("ls")).out.toString()).toBe("No recovery points yet.\n");

    const image = await makeImage("web-01.img");
    const first = await answer(created, "backup DIR/web-01.img");
    expect(first).toMatchObject({ previous: null, disks: [{ delta: "full" }] });

    await change(image, 11 * MIB, "changed");
    const second = await answer(created, "backup DIR/web-01.img");
    expect(second).toMatchObject({ previous: first.pointId, disks: [{ delta: "digest-comparison" }] });
    expect(second.disks[0]?.stats["changedBytes"]).toBe(65_536);

    await change(image, 12 * MIB, "again");
    const ranges = `# two ranges\n${12 * MIB} 5\n${20 * MIB} 512\n`;
    const third = await answer(created, "backup DIR/web-01.img --changed -", ranges);
    expect(third).toMatchObject({ previous: second.pointId, disks: [{ delta: "changed-ranges" }] });
    expect(third.disks[0]?.stats["changedBytes"]).toBe(65_536);

    // The whole image read again has the digest of the one by ranges.
    const whole = await answer(created, "backup DIR/web-01.img --base none --name copy");
    expect(whole.disks[0]?.rootDigest).toBe(third.disks[0]?.rootDigest);

    const listed = await answer(z.object({ points: z.array(z.object({ pointId: z.string() })) }), "ls");
    expect(listed.points.map(({ pointId }) => pointId)).toEqual(
      [whole, third, second, first].map(({ pointId }) => pointId),
    );
    for (const mode of ["quick", "full"])
      await answer(z.object({ ok: z.literal(true) }), `verify --mode ${mode}`);

    await answer(z.object({ dataBytes: z.number() }), "restore web-01@latest --to DIR/back.img");
    const again = await answer(created, "backup DIR/back.img --base none");
    expect(again.disks[0]?.rootDigest).toBe(third.disks[0]?.rootDigest);
    expect((await stat(path.join(folder, "back.img"))).blocks * 512).toBeLessThan(8 * MIB);
    expect((await vault("restore web-01@latest --to DIR/back.img")).code).toBe(exitCodes.usage);
    await answer(z.object({}), `restore ${third.pointId} --to DIR/back.img --format vhd --force`);
    expect((await stat(path.join(folder, "back.img"))).size).toBe((await stat(image)).size + 512);
  });

  test("restores a qcow2 image with only the data", async () => {
    const listed = await answer(z.object({ points: z.array(z.object({ pointId: z.string() })) }), "ls");
    const point = listed.points[0]?.pointId ?? "";
    const file = path.join(folder, "back.qcow2");
    await answer(z.object({ dataBytes: z.number() }), `restore ${point} --to DIR/back.qcow2 --format qcow2`);
    const image = await readFile(file);
    expect(image.subarray(0, 4).toString("hex")).toBe("514649fb");
    expect(image.length).toBeLessThan(10 * MIB);
    expect((await vault(`restore ${point} --to - --format qcow2`)).out.equals(image)).toBe(true);
  });

  test.skipIf(!hasQemu)("restores a qcow2 image that QEMU finds equal to the disk", async () => {
    await answer(z.object({}), "restore web-01@latest --to DIR/same.img --force");
    await answer(z.object({}), "restore web-01@latest --to DIR/same.qcow2 --format qcow2");
    const [disk, image] = [path.join(folder, "same.img"), path.join(folder, "same.qcow2")];
    expect(spawnSync("qemu-img", ["check", image]).status).toBe(0);
    expect(spawnSync("qemu-img", ["compare", "-f", "raw", "-F", "qcow2", disk, image]).status).toBe(0);
  });

  test("streams a disk with its zeros, and makes a point of several images", async () => {
    const [one, two] = [Buffer.alloc(3 * MIB + 512), Buffer.alloc(2 * MIB)];
    one.write("one", 2 * MIB);
    two.write("two", 100);
    await writeFile(path.join(folder, "os.img"), one);
    await writeFile(path.join(folder, "data.img"), two);
    await answer(created, "backup DIR/os.img --more DIR/data.img --name pair --os windows");
    expect((await vault("restore pair@latest --disk os --to -")).out.equals(one)).toBe(true);
    expect((await vault("restore pair@latest --disk 0 --to -")).out.equals(two)).toBe(true);
    expect(await vault("restore pair@latest --to -")).toMatchObject({ code: exitCodes.usage });
    expect(await vault("restore pair@latest --disk 7 --to -")).toMatchObject({ code: exitCodes.notFound });
  });

  test("restores what can be read of a damaged disk when told to, and lists the rest", async () => {
    const good = randomBytes(2 * MIB);
    await writeFile(path.join(folder, "harm.img"), good);
    await answer(created, "backup DIR/harm.img --name harm");
    const packs = path.join(folder, "vault/packs");
    const names = await readdir(packs, { recursive: true });
    const files = names.filter((name) => path.basename(name).length === 32);
    for (const name of files) {
      const bytes = await readFile(path.join(packs, name));
      const harmed = Buffer.from(bytes);
      for (let at = 30; at < Math.min(harmed.length, 300_000); at += 64)
        harmed.writeUInt8(harmed.readUInt8(at) ^ 1, at);
      await writeFile(path.join(packs, name), harmed);
      const plain = await vault("restore harm@latest --to DIR/part.img --force");
      if (plain.code === exitCodes.ok) {
        await writeFile(path.join(packs, name), bytes);
        continue;
      }
      const { code } = await vault("restore harm@latest --to DIR/part.img --force --skip-damaged");
      expect(code).toBe(exitCodes.failed);
      const list = await readFile(path.join(folder, "part.img.missing.json"), "utf8");
      const range = z.object({ offset: z.number(), length: z.number(), object: z.string() });
      const { missing } = z.object({ missing: z.array(range).min(1) }).parse(JSON.parse(list));
      for (const { offset, length, object } of missing) {
        expect(object).toBe(`packs/${name}`);
        good.fill(0, offset, offset + length);
      }
      expect((await readFile(path.join(folder, "part.img"))).equals(good)).toBe(true);
      const image = "restore harm@latest --to DIR/part.qcow2 --format qcow2 --force";
      expect((await vault(image)).code).toBe(exitCodes.failed);
      expect((await vault(`${image} --skip-damaged`)).code).toBe(exitCodes.failed);
      expect(await readFile(path.join(folder, "part.qcow2.missing.json"), "utf8")).toBe(list);
      const [raw, part] = [path.join(folder, "part.img"), path.join(folder, "part.qcow2")];
      const compare = ["compare", "-f", "raw", "-F", "qcow2", raw, part];
      expect(hasQemu ? spawnSync("qemu-img", compare).status : 0).toBe(0);
      await writeFile(path.join(packs, name), bytes);
      return;
    }
    expect.unreachable("No pack was needed.");
  });

  test("a damaged map does not end it: what its nodes span is missing", async () => {
    const nodes = path.join(folder, "vault/nodes");
    const all = await readdir(nodes, { recursive: true });
    const restore = "restore harm@latest --to DIR/mapless.img --force";
    let spoiled = { name: "", bytes: Buffer.alloc(0) };
    for (const name of all.filter((one) => path.basename(one).length === 32)) {
      const bytes = await readFile(path.join(nodes, name));
      const harmed = Buffer.from(bytes);
      for (let at = 30; at < harmed.length; at += 64) harmed.writeUInt8(harmed.readUInt8(at) ^ 1, at);
      await writeFile(path.join(nodes, name), harmed);
      spoiled = { name, bytes };
      if ((await vault(restore)).code !== exitCodes.ok) break;
      await writeFile(path.join(nodes, name), bytes);
    }
    expect((await vault(`${restore} --skip-damaged`)).code).toBe(exitCodes.failed);
    const list: unknown = JSON.parse(await readFile(path.join(folder, "mapless.img.missing.json"), "utf8"));
    expect(list).toEqual({ missing: [{ offset: 0, length: 2 * MIB, object: `nodes/${spoiled.name}` }] });
    const zeros = Buffer.alloc(2 * MIB);
    expect((await readFile(path.join(folder, "mapless.img"))).equals(zeros)).toBe(true);
    await writeFile(path.join(nodes, spoiled.name), spoiled.bytes);
  });

  test("names what is damaged, and keeps the rest of the list", async () => {
    const before = await answer(z.object({ points: z.array(z.unknown()) }), "ls");
    await writeFile(path.join(folder, "vault/points/junk"), "junk");
    const { code, out } = await vault("ls --json");
    expect(code).toBe(exitCodes.failed);
    expect(JSON.parse(out.toString())).toMatchObject({
      points: before.points,
      unread: [{ pointId: "junk", code: "VAULT_DATA_DAMAGED" }],
    });
    expect((await vault("verify --mode quick")).code).toBe(exitCodes.failed);
    await rm(path.join(folder, "vault/points/junk"));
  });

  test("a collection says what it would free and why not, and frees what no point needs", async () => {
    const part = z.object({ packs: z.number(), bytes: z.number() });
    const collected = z.object({ points: z.number(), needed: part, freed: part, recent: part });
    await answer(z.unknown(), "init --vault DIR/old --key-file DIR/old.key");
    const place = "--vault DIR/old --key-file DIR/old.key";
    const { pointId } = await answer(created, `backup DIR/web-01.img ${place}`);
    await rm(path.join(folder, "old/points", pointId));
    const recent = await answer(collected, `collect ${place}`);
    expect(recent).toMatchObject({ points: 0, needed: { packs: 0 }, freed: { packs: 0 } });
    expect(recent.recent.bytes).toBeGreaterThan(0);
    const packs = async () =>
      (await readdir(path.join(folder, "old"), { recursive: true, withFileTypes: true })).flatMap((one) =>
        /^[0-9a-f]{32}$/.test(one.name) && one.isFile() ? [path.join(one.parentPath, one.name)] : [],
      );
    for (const pack of await packs()) await utimes(pack, new Date(0), new Date(0));
    const would = await answer(collected, `collect --dry-run ${place}`);
    expect(would.freed).toEqual(recent.recent);
    expect(await packs()).toHaveLength(would.freed.packs);
    // What a point that cannot be read needs is not known.
    await writeFile(path.join(folder, "old/points/junk"), "junk");
    expect((await vault(`collect ${place}`)).code).toBe(exitCodes.failed);
    expect(await packs()).toHaveLength(would.freed.packs);
    await rm(path.join(folder, "old/points/junk"));
    expect((await answer(collected, `collect ${place}`)).freed).toEqual(would.freed);
    expect(await packs()).toEqual([]);
  });

  test("a copy is a vault: only what is missing is copied, and a damaged manifest is named", async () => {
    const copied = z.object({ points: z.number(), added: z.number(), objects: z.number() });
    const first = await answer(copied, "copy DIR/copy");
    expect(first.added).toBe(first.points);
    expect(await answer(copied, "copy DIR/copy")).toMatchObject({ added: 0, objects: 0 });
    // As if the copy had been stopped: the manifest and a pack are missing.
    const [pack = ""] = (await readdir(path.join(folder, "copy/packs"), { recursive: true })).filter(
      (name) => path.basename(name).length === 32,
    );
    await rm(path.join(folder, "copy/packs", pack));
    const [point = ""] = await readdir(path.join(folder, "copy/points"));
    await rm(path.join(folder, "copy/points", point));
    await writeFile(path.join(folder, "vault/points/junk"), "junk");
    const { code, out } = await vault("copy DIR/copy --json");
    expect(code).toBe(exitCodes.failed);
    expect(JSON.parse(out.toString())).toMatchObject({
      added: 1,
      objects: 2,
      missing: [{ pointId: "junk", code: "VAULT_DATA_DAMAGED" }],
    });
    await rm(path.join(folder, "vault/points/junk"));
    await answer(z.object({ ok: z.literal(true) }), "verify --vault DIR/copy --mode full");
    expect((await vault("restore pair@latest --disk 0 --to - --vault DIR/copy")).out.length).toBe(2 * MIB);
    await vault("init --vault DIR/foreign --key-file DIR/foreign.key");
    expect(await vault("copy DIR/foreign --json")).toMatchObject({ code: exitCodes.failed });
  });

  test("keys are added, open the vault from paper, and are removed", async () => {
    const added = z.object({ holder: z.string(), secrets: z.array(z.string()) });
    const paper = await answer(added, "add-key --label safe");
    await writeFile(path.join(folder, "paper.txt"), `${paper.secrets.join("")}\n`);
    const shares = await answer(added, "add-key --shares 2/3");
    await writeFile(path.join(folder, "shares.txt"), shares.secrets.slice(1).join("\n"));
    await answer(added, "add-key --new-key-file DIR/second.key");
    await answer(z.object({ epochs: z.literal(2) }), "rotate-keys");
    const keys = z.object({ keys: z.array(z.object({ kind: z.string(), state: z.literal("present") })) });
    for (const file of ["paper.txt", "shares.txt", "second.key"]) {
      const { keys: found } = await answer(keys, `keys --key-file DIR/${file}`);
      expect(found.map(({ kind }) => kind).toSorted()).toEqual(["file", "file", "recovery", "shares"]);
    }
    await answer(z.object({}), `remove-key ${paper.holder}`);
    expect(await vault("ls --key-file DIR/paper.txt")).toMatchObject({ code: exitCodes.notAllowed });
    await answer(z.object({}), "ls --key-file DIR/shares.txt");
  });

  test("a wrong key and a wrong address are told apart", async () => {
    await vault("init --vault DIR/other --key-file DIR/other.key");
    expect(await vault("ls --key-file DIR/other.key --json")).toMatchObject({ code: exitCodes.notAllowed });
    expect(await vault("ls --vault DIR/nothing --json")).toMatchObject({ code: exitCodes.notFound });
    expect((await vault("ls --vault https://a.example/c?sig=x")).err).toContain("holds a secret");
    expect((await vault("ls --vault https://a.example/con")).code).toBe(exitCodes.usage);
  });
});

describe("addresses", () => {
  test("a folder, a container, and a container of an emulator", () => {
    expect(parseAddress("/a/b")).toEqual({ kind: "folder", folder: "/a/b" });
    expect(parseAddress("https://acct.blob.core.windows.net/vault-1")).toEqual({
      kind: "blob",
      account: "https://acct.blob.core.windows.net",
      container: "vault-1",
    });
    expect(parseAddress("http://127.0.0.1:10000/devstoreaccount1/vault")).toEqual({
      kind: "blob",
      account: "http://127.0.0.1:10000/devstoreaccount1",
      container: "vault",
    });
    for (const bad of ["ftp://a/b", "https://a.example", "https://a.example/A", "https://a.example/x/y/zzz"])
      expect(() => parseAddress(bad)).toThrow(/address/);
  });
});

describe("lists of ranges", () => {
  test("lines and JSON give ascending ranges without overlap", () => {
    const merged = [
      { offset: 0, length: 20, kind: "data" },
      { offset: 40, length: 5, kind: "data" },
    ];
    expect(parseChangedRanges("40 5\n10,10\n\n0 15\n", 100)).toEqual(merged);
    const json = JSON.stringify([
      { start: 40, length: 5, depth: 0 },
      { offset: 0, length: 20, exists: "true" },
    ]);
    expect(parseChangedRanges(json, 100)).toEqual(merged);
    for (const bad of ["x", "1 2 3", "90 20", "[1]", "[", '[{"offset":-1,"length":1}]'])
      expect(() => parseChangedRanges(bad, 100)).toThrow(/range/);
  });

  test("a helper's list counts only when it is whole and in order", () => {
    const list = (...lines: string[]) => {
      const found = new ExtentList(1_000_000);
      for (const line of lines) found.take(line);
      return found.result();
    };
    expect(list("0 10", "500000 600000", "size 1000000")).toEqual([
      { offset: 0, length: 10, kind: "data" },
      { offset: 500_000, length: 100_000, kind: "data" },
    ]);
    expect(list("0 10", "100000 100010", "size 1000000")).toHaveLength(1);
    expect(list("size 1000000")).toEqual([]);
    for (const bad of [
      ["0 10"],
      ["10 5"],
      ["10 20", "5 30"],
      ["0 2000000"],
      ["x y"],
      ["size 1000000", "0 1"],
    ])
      expect(list(...bad)).toBeNull();
    expect(list("0 10")).toBeNull();
  });

  test.runIf(process.platform === "linux")("the holes of a file are found", async () => {
    const file = await makeImage("sparse.img");
    const { size } = await stat(file);
    const extents = await allocatedExtents({ file, size, signal: never });
    // Null where neither helper is installed.
    const bytes = extents?.reduce((sum, { length }) => sum + length, 0) ?? 3 * MIB + 700;
    expect(bytes).toBeGreaterThanOrEqual(3 * MIB + 700);
    expect(bytes).toBeLessThan(4 * MIB);
    expect(extents?.at(-1)?.offset ?? 0).toBeLessThanOrEqual(size);
  });
});
