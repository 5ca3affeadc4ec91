/** Starts and stops the whole stack for the browser tests, with a temporary data folder and free ports. */
import { type ChildProcess, fork } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const root = dirname(dirname(import.meta.dirname));
const START_LIMIT_MS = 300_000;
const STOP_LIMIT_MS = 30_000;

export interface RunningStack {
  readonly url: string;
  readonly home: string;
  stop(): Promise<void>;
}

/** The first start of the demo backs up three VMs. */
const DEMO_POINTS = 3;

/** Resolves when the portal is healthy and the demo's first recovery points exist. */
export async function startStack(): Promise<RunningStack> {
  const home = await mkdtemp(join(tmpdir(), "kluis-e2e-"));
  const port = await freePort();
  const log = join(home, "start.log");
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(KLUIS_|DATABASE_URL$)/.test(name)),
  );
  const child = fork(join(root, "packages", "local-stack", "src", "start.ts"), [], {
    cwd: root,
    env: {
      ...env,
      KLUIS_HOME: home,
      KLUIS_PORT: String(port),
      KLUIS_PSEUDO_LOCALE: "1",
      KLUIS_LOCAL_AZURE: "lenient",
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const out = createWriteStream(log);
  child.stdout?.pipe(out, { end: false });
  child.stderr?.pipe(out, { end: false });
  const url = `http://localhost:${port}`;
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(home, { recursive: true, force: true });
  };
  try {
    await until(child, log, async () => (await isHealthy(port)) && (await pointCount(log)) >= DEMO_POINTS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, home, stop };
}

async function until(child: ChildProcess, log: string, ready: () => Promise<boolean>): Promise<void> {
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  while (!(await ready())) {
    if (child.exitCode !== null || limit.aborted) {
      const tail = (await readFile(log, "utf8")).split("\n").slice(-40).join("\n");
      throw new Error(`The stack ${limit.aborted ? "took too long" : "ended unexpectedly"}:\n${tail}`);
    }
    await pause(500);
  }
}

async function isHealthy(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/api/health`).then(
    (response) => response.ok,
    () => false,
  );
}

async function pointCount(log: string): Promise<number> {
  return (await readFile(log, "utf8")).match(/^recovery point /gm)?.length ?? 0;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await gone;
  clearTimeout(timer);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
