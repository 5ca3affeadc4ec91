import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import {
  type ApiServer,
  completeTasks,
  createWorld,
  type PersonName,
  startApiServer,
  type World,
} from "@kluis/api/testing";
import { decodeVhdFooter } from "@kluis/domain";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { run } from "./main.ts";

const mib = 2 ** 20;

let world: World;
let server: ApiServer;
let folder: string;
const tokens = new Map<PersonName, string>();
/** 12 MiB: data, a hole, data, and zeros at the end. */
const content = Buffer.concat([
  randomBytes(3 * mib),
  Buffer.alloc(4 * mib),
  randomBytes(2 * mib),
  Buffer.alloc(3 * mib),
]);
let pointId: string;

beforeAll(async () => {
  world = await createWorld();
  server = await startApiServer(world.api);
  pointId = await world.addPoint(world.commerceVm, content);
  for (const person of ["owner", "commerceAdmin", "platformReader", "auditor"] as const) {
    const caller = await world.as(person);
    tokens.set(person, (await caller.tokens.create({ name: "test" })).secret);
  }
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kluis-cli-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function kluis(person: PersonName | null, ...args: string[]): Promise<Ran> {
  return kluisWith({ KLUIS_URL: server.url, ...(person && { KLUIS_TOKEN: tokens.get(person) ?? "" }) }, args);
}

async function kluisWith(
  env: Record<string, string>,
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [collect(stdout), collect(stderr)];
  const code = await run(args, { env: { KLUIS_HOME: folder, ...env }, stdout, stderr, signal });
  stdout.end();
  stderr.end();
  return { code, out: await out, err: await err };
}

async function collect(stream: PassThrough): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces).toString("utf8");
}

/** Matches a text that says this. */
function saying(text: string): unknown {
  return expect.stringContaining(text);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("reading", () => {
  test("vms lists what the person sees, within 100 columns", async () => {
    const { code, out } = await kluis("commerceAdmin", "vms");
    expect(code).toBe(0);
    expect(out).toContain("shop-01");
    expect(out).not.toContain("ops-01");
    for (const line of out.split("\n")) expect(Array.from(line).length).toBeLessThanOrEqual(100);
  });

  test("--json is the API's answer", async () => {
    const { out } = await kluis("owner", "vms", "--json");
    const names = z.array(z.object({ name: z.string(), status: z.string() })).parse(JSON.parse(out));
    expect(names.map((vm) => vm.name).toSorted()).toEqual(["ops-01", "shop-01"]);
  });

  test("points and jobs of a VM; a point by the beginning of its id and as VM@latest", async () => {
    expect((await kluis("commerceAdmin", "points", "shop-01")).out).toContain(pointId);
    expect((await kluis("commerceAdmin", "jobs", "--vm", "shop-01")).out).toContain("succeeded");
    const plan = ["restore-disk", "shop-01@latest", "--disk", "os", "--name", "back", "--dry-run", "--json"];
    const { out } = await kluis("commerceAdmin", ...plan);
    expect(JSON.parse(out)).toMatchObject({
      point: { id: pointId },
      target: { name: "back", resourceGroup: "commerce-rg" },
    });
  });

  test("policies says in words what each does", async () => {
    const { out } = await kluis("commerceAdmin", "policies");
    expect(out).toContain("standard-daily");
    expect(out).toContain("Every day at 01:00");
  });

  test("report points as CSV to the terminal and as JSON to a file", async () => {
    const csv = await kluis("commerceAdmin", "report", "points", "--format", "csv");
    expect(csv.code).toBe(0);
    expect(csv.out).toContain(pointId);
    const file = path.join(folder, "report.json");
    const json = await kluis("commerceAdmin", "report", "points", "--format", "json", "--to-file", file);
    expect(json.code).toBe(0);
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ totals: { points: 1 } });
    const none = await kluis(
      "commerceAdmin",
      "report",
      "points",
      "--from",
      "2001-01-01",
      "--to",
      "2001-01-02",
    );
    expect(none.out).not.toContain(pointId);
  });

  test("audit verify walks the ledger", async () => {
    const { code, out } = await kluis("auditor", "audit", "verify");
    expect(code).toBe(0);
    expect(out).toMatch(/^the ledger is right: \d+ events/);
  });
});

describe("failures", () => {
  const refused = [
    {
      what: "an unknown virtual machine",
      person: "commerceAdmin",
      line: "backup nope",
      code: 3,
      error: "VM_NOT_FOUND",
    },
    {
      what: "another team's VM",
      person: "commerceAdmin",
      line: "backup ops-01",
      code: 3,
      error: "VM_NOT_FOUND",
    },
    {
      what: "an unknown point",
      person: "commerceAdmin",
      line: "verify ffffffff",
      code: 3,
      error: "POINT_NOT_FOUND",
    },
    {
      what: "an unprotected VM",
      person: "commerceAdmin",
      line: "backup shop-01",
      code: 1,
      error: "VM_NOT_PROTECTED",
    },
    { what: "a missing right", person: "platformReader", line: "backup ops-01", code: 4, error: "FORBIDDEN" },
    {
      what: "an audit without the right",
      person: "commerceAdmin",
      line: "audit verify",
      code: 4,
      error: "FORBIDDEN",
    },
    {
      what: "a disk that the point does not hold",
      person: "commerceAdmin",
      line: "restore-disk shop-01@latest --disk 7 --name x",
      code: 3,
      error: "DISK_NOT_FOUND",
    },
  ] as const;

  test.each(refused)("$what", async ({ person, line, code, error }) => {
    const plain = await kluis(person, ...line.split(" "));
    expect(plain.code).toBe(code);
    expect(plain.err).toMatch(/^kluis: .+\n {7}.+/);
    const json = await kluis(person, ...line.split(" "), "--json");
    expect(json.code).toBe(code);
    expect(JSON.parse(json.err)).toMatchObject({ error: { code: error } });
    expect(json.out).toBe("");
  });

  test("an unknown policy, after the inventory was read", async () => {
    const stop = new AbortController();
    const engine = completeDiscovery(stop.signal);
    const { code, err } = await kluis("commerceAdmin", "protect", "shop-01", "--policy", "none", "--json");
    stop.abort();
    await engine;
    expect(code).toBe(3);
    expect(JSON.parse(err)).toMatchObject({ error: { code: "POLICY_NOT_FOUND" } });
  });

  test("a wrong token, no token, no server", async () => {
    const wrong = await kluisWith({ KLUIS_URL: server.url, KLUIS_TOKEN: "kluis_wrong" }, ["vms"]);
    expect(wrong).toMatchObject({ code: 4, err: saying("not known") });
    const none = await kluisWith({ KLUIS_URL: server.url }, ["vms"]);
    expect(none).toMatchObject({ code: 4, err: saying("KLUIS_TOKEN") });
    const away = await kluisWith({ KLUIS_URL: "http://127.0.0.1:1", KLUIS_TOKEN: "kluis_x" }, ["vms"]);
    expect(away).toMatchObject({ code: 5, err: saying("does not answer") });
    const clear = await kluisWith({ KLUIS_URL: "http://kluis.example.org", KLUIS_TOKEN: "kluis_x" }, ["vms"]);
    expect(clear).toMatchObject({ code: 2, err: saying("unencrypted") });
  });

  test("the embedded stack's token is found in its data folder", async () => {
    await writeFile(
      path.join(folder, "cli.json"),
      JSON.stringify({ url: server.url, token: tokens.get("owner") }),
    );
    expect((await kluisWith({}, ["vms"])).code).toBe(0);
    // The file's token belongs to the file's address: it is not sent anywhere else.
    expect((await kluisWith({ KLUIS_URL: "http://127.0.0.1:1" }, ["vms"])).code).toBe(4);
  });

  test("wrong usage", async () => {
    expect((await kluis("owner", "protect", "shop-01")).code).toBe(2);
    expect((await kluis("owner", "no-such-command")).code).toBe(2);
    expect((await kluis("owner", "download", "x", "--disk", "C:", "--to", "y")).code).toBe(2);
    for (const limit of ["0", "-1", "many"])
      expect((await kluis("owner", "jobs", "--limit", limit)).code).toBe(2);
  });

  test.each([
    ["job", ["job", "zzz"]],
    ["recovery point", ["verify", "zzz"]],
  ])("a text that can be no id names no %s", async (what, args) => {
    const { code, err } = await kluis("owner", ...args);
    expect(code).toBe(3);
    expect(err).toContain(`There is no ${what} zzz`);
    expect((await kluis("owner", "--help")).code).toBe(0);
  });
});

describe("download", () => {
  const download = (...more: string[]): Promise<Ran> =>
    kluis(
      "commerceAdmin",
      "download",
      pointId,
      "--disk",
      "os",
      "--to",
      path.join(folder, "disk.img"),
      ...more,
    );

  test("raw: the disk's bytes, with holes where it is zero, and nothing left beside it", async () => {
    expect(await download()).toMatchObject({ code: 0 });
    const file = path.join(folder, "disk.img");
    expect(sha256(await readFile(file))).toBe(sha256(content));
    expect((await stat(file)).blocks * 512).toBeLessThan(content.length - 6 * mib);
    expect(await readdir(folder)).toEqual(["disk.img"]);
  });

  test("vhd: the same with a footer", async () => {
    expect(await download("--format", "vhd", "--json")).toMatchObject({ code: 0 });
    const bytes = await readFile(path.join(folder, "disk.img"));
    expect(sha256(bytes.subarray(0, content.length))).toBe(sha256(content));
    expect(decodeVhdFooter(bytes.subarray(content.length))).toMatchObject({ diskBytes: content.length });
  });

  test("a line that breaks twice is taken up again", async () => {
    server.breakAfter(5 * mib, 2);
    const { code, err } = await download();
    expect(code).toBe(0);
    expect(err).toContain("going on");
    expect(sha256(await readFile(path.join(folder, "disk.img")))).toBe(sha256(content));
  });

  test("an interrupted download goes on where it stopped, in another run", async () => {
    const interrupt = new AbortController();
    const env = { KLUIS_URL: server.url, KLUIS_TOKEN: tokens.get("commerceAdmin") ?? "" };
    const target = path.join(folder, "disk.img");
    server.breakAfter(7 * mib, 1);
    const first = kluisWith(env, ["download", pointId, "--disk", "os", "--to", target], interrupt.signal);
    await until(async () => (await markOf(target)) > 0);
    interrupt.abort();
    expect((await first).code).toBe(130);
    const here = await markOf(target);
    expect(here).toBeGreaterThan(0);
    const second = await download("--json");
    expect(second.code).toBe(0);
    expect(JSON.parse(second.out)).toMatchObject({ bytes: content.length, resumedFrom: here });
    expect(sha256(await readFile(target))).toBe(sha256(content));
  });

  test("parts of another file are never mixed in", async () => {
    const target = path.join(folder, "disk.img");
    await writeFile(`${target}.part`, randomBytes(2 * mib));
    await writeFile(
      `${target}.part.json`,
      JSON.stringify({ etag: '"other"', size: content.length, bytes: 2 * mib }),
    );
    const { code, err } = await download();
    expect(code).toBe(0);
    expect(err).toContain("starting over");
    expect(sha256(await readFile(target))).toBe(sha256(content));
  });

  test("what was received after the last durable mark is read again, so no stale byte stays in a hole", async () => {
    const target = path.join(folder, "disk.img");
    const probe = await kluisWith({ KLUIS_URL: server.url, KLUIS_TOKEN: tokens.get("commerceAdmin") ?? "" }, [
      "vms",
    ]);
    expect(probe.code).toBe(0);
    const response = await fetch(`${server.url}/api/points/${pointId}/disks/os?format=raw`, {
      method: "HEAD",
      headers: { authorization: `Bearer ${tokens.get("commerceAdmin")}` },
    });
    const etag = response.headers.get("etag");
    await writeFile(`${target}.part`, Buffer.concat([content.subarray(0, mib), randomBytes(6 * mib)]));
    await writeFile(`${target}.part.json`, JSON.stringify({ etag, size: content.length, bytes: mib }));
    expect(await download()).toMatchObject({ code: 0 });
    expect(sha256(await readFile(target))).toBe(sha256(content));
  });

  test("a file that exists is left alone, unless --force", async () => {
    const target = path.join(folder, "disk.img");
    await writeFile(target, "mine");
    expect(await download()).toMatchObject({ code: 2, err: saying("exists already") });
    expect(await readFile(target, "utf8")).toBe("mine");
    expect(await download("--force")).toMatchObject({ code: 0 });
    expect(sha256(await readFile(target))).toBe(sha256(content));
  });

  test.runIf(process.platform === "linux")("a full disk says so, and the part stays", async () => {
    // Linux's own full device in place of the mark that follows each durable stretch.
    await symlink("/dev/full", path.join(folder, "disk.img.part.json.new"));
    const { code, err } = await download();
    expect(code).toBe(1);
    expect(err).toContain("no room left");
    expect(await readdir(folder)).toContain("disk.img.part");
  });

  test("a folder that is not there, and a reader who may not", async () => {
    const nowhere = ["download", pointId, "--disk", "os", "--to", path.join(folder, "none", "disk.img")];
    expect(await kluis("commerceAdmin", ...nowhere)).toMatchObject({ code: 2 });
    expect(await kluis("platformReader", ...nowhere)).toMatchObject({ code: 3 });
    await mkdir(path.join(folder, "dir"));
    const ofPlatform = await world.addPoint(world.platformVm, new Uint8Array(mib).fill(1));
    const args = ["download", ofPlatform, "--disk", "os", "--to", path.join(folder, "x.img")];
    expect(await kluis("platformReader", ...args)).toMatchObject({ code: 4 });
  });
});

describe("waiting", () => {
  test("a job that fails is exit code 1, with what happened and what to do", async () => {
    await protectShop();
    const running = kluis("commerceAdmin", "backup", "shop-01", "--wait");
    const jobId = await openJob();
    await world.endJob(jobId, {
      code: "AZURE_UNREACHABLE",
      reason: null,
      message: "Azure does not answer.",
      action: "Check the network.",
      params: {},
    });
    const { code, out } = await running;
    expect(code).toBe(1);
    expect(out).toContain("backup of shop-01 failed: Azure does not answer.\n  Check the network.");
  });

  test("cancel asks a job to stop", async () => {
    await kluis("commerceAdmin", "backup", "shop-01");
    const jobId = await openJob();
    expect(await kluis("commerceAdmin", "cancel", jobId)).toMatchObject({ code: 0 });
    const { out } = await kluis("commerceAdmin", "job", jobId, "--json");
    expect(z.object({ cancelAskedAt: z.string() }).parse(JSON.parse(out)).cancelAskedAt).not.toBe("");
    await world.endJob(jobId, "cancelled");
    expect(await kluis("commerceAdmin", "cancel", jobId)).toMatchObject({
      code: 1,
      err: saying("ended"),
    });
  });
});

async function protectShop(): Promise<void> {
  const stop = new AbortController();
  const engine = completeDiscovery(stop.signal);
  const { code } = await kluis("commerceAdmin", "protect", "shop-01", "--policy", "standard-daily");
  stop.abort();
  await engine;
  expect(code).toBe(0);
  const first = await openJob();
  await world.endJob(first, "succeeded");
}

async function openJob(): Promise<string> {
  const caller = await world.as("owner");
  let found: string | undefined;
  await until(async () => {
    found = (await caller.jobs.list({ vm: "shop-01", state: ["queued", "running"] })).rows[0]?.id;
    return found !== undefined;
  });
  return found ?? "";
}

async function markOf(target: string): Promise<number> {
  try {
    return z.object({ bytes: z.number() }).parse(JSON.parse(await readFile(`${target}.part.json`, "utf8")))
      .bytes;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return -1;
    throw error;
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("The condition did not come true.");
}

function completeDiscovery(signal: AbortSignal): Promise<void> {
  return completeTasks(world, "discover", signal);
}
