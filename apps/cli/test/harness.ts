/** A real API over HTTP with a database and a vault, and the command line run against it in this process. */
import { mkdtemp, rm } from "node:fs/promises";
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
import { run } from "../src/main.ts";

const people = ["owner", "commerceAdmin", "platformReader", "auditor"] as const satisfies PersonName[];
export type Person = (typeof people)[number];

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** All three streams are a terminal of this many columns, with these lines typed in. */
  readonly terminal?: { readonly columns: number; readonly typed?: string };
}

export interface Harness extends AsyncDisposable {
  readonly world: World;
  readonly server: ApiServer;
  /** A folder for files; KLUIS_HOME of every run. */
  readonly folder: string;
  token(person: Person): string;
  kluis(person: Person, ...args: readonly string[]): Promise<Ran>;
  kluisOn(columns: number, person: Person, ...args: readonly string[]): Promise<Ran>;
  kluisWith(settings: RunSettings, ...args: readonly string[]): Promise<Ran>;
  /** Ends the open jobs of shop-01 and answers requests for the inventory, as an engine does, while `work` runs. */
  withEngine<T>(work: () => Promise<T>): Promise<T>;
  /** Waits for an open job of shop-01. */
  openJob(): Promise<string>;
  protectShop(): Promise<void>;
}

export async function startHarness(): Promise<Harness> {
  const world = await createWorld();
  const server = await startApiServer(world.api);
  const folder = await mkdtemp(path.join(tmpdir(), "kluis-cli-"));
  const tokens = new Map<Person, string>();
  for (const person of people) {
    const caller = await world.as(person);
    const { permissions } = await caller.me.get();
    tokens.set(person, (await caller.tokens.create({ name: "test", permissions })).secret);
  }
  const token = (person: Person): string => tokens.get(person) ?? "";
  const envOf = (person: Person): Record<string, string> => ({
    KLUIS_URL: server.url,
    KLUIS_TOKEN: token(person),
  });
  const kluisWith = (settings: RunSettings, ...args: readonly string[]): Promise<Ran> =>
    runIn(folder, settings, args);
  const kluis = (person: Person, ...args: readonly string[]): Promise<Ran> =>
    kluisWith({ env: envOf(person) }, ...args);
  const withEngine = <T>(work: () => Promise<T>): Promise<T> => whileEngineRuns(world, work);
  return {
    world,
    server,
    folder,
    token,
    kluis,
    kluisWith,
    kluisOn: (columns, person, ...args) => kluisWith({ env: envOf(person), terminal: { columns } }, ...args),
    withEngine,
    openJob: () => waitForOpenJob(world),
    protectShop: async () => {
      const { code, err } = await withEngine(() =>
        kluis("commerceAdmin", "protect", "shop-01", "--policy", "standard-daily", "--wait"),
      );
      if (code !== 0) throw new Error(err);
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function runIn(folder: string, settings: RunSettings, args: readonly string[]): Promise<Ran> {
  const { env = {}, signal = new AbortController().signal, terminal } = settings;
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const tty = terminal === undefined ? {} : { isTTY: true, columns: terminal.columns };
  stdin.end(terminal?.typed ?? "");
  const [out, err] = [collect(stdout), collect(stderr)];
  const code = await run(args, {
    env: { KLUIS_HOME: folder, ...env },
    stdin: Object.assign(stdin, tty),
    stdout: Object.assign(stdout, tty),
    stderr: Object.assign(stderr, tty),
    signal,
  });
  stdout.end();
  stderr.end();
  return { code, out: await out, err: await err };
}

async function collect(stream: PassThrough): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces).toString("utf8");
}

async function whileEngineRuns<T>(world: World, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const engine = Promise.all([completeTasks(world, "discover", stop.signal), endJobs(world, stop.signal)]);
  try {
    return await work();
  } finally {
    stop.abort();
    await engine;
  }
}

async function endJobs(world: World, signal: AbortSignal): Promise<void> {
  const ended = new Set<string>();
  while (!signal.aborted) {
    for (const id of await openJobs(world)) {
      if (!ended.has(id)) await world.endJob(id, "succeeded");
      ended.add(id);
    }
    await pause();
  }
}

async function openJobs(world: World): Promise<readonly string[]> {
  const caller = await world.as("owner");
  const { rows } = await caller.jobs.list({ vm: "shop-01", state: ["queued", "running"] });
  return rows.map((row) => row.id);
}

async function waitForOpenJob(world: World): Promise<string> {
  let found: string | undefined;
  await until(async () => {
    [found] = await openJobs(world);
    return found !== undefined;
  });
  return found ?? "";
}

export async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    if (await condition()) return;
    await pause();
  }
  throw new Error("The condition did not become true.");
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}
