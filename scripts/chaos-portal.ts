/** The portal of a chaos run: the built one as a process, which is killed and started again. */
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Parts } from "../packages/engine/test/chaos/parts.ts";
import type { Portal } from "../packages/engine/test/chaos/run.ts";
import { type Child, exitWithParent, killGroup, startChild } from "../packages/local-stack/src/child.ts";
import { entraEnv } from "../packages/local-stack/src/environment.ts";
import { freePort } from "../packages/local-stack/src/ports.ts";
import { httpStatus } from "../packages/local-stack/src/wait.ts";
import { buildPortal } from "./build-portal.ts";
import { root } from "./run.ts";

/** After this time without an answer, a portal that was started again counts as lost. */
const ANSWER_LIMIT_MS = 60_000;

/** Builds the portal if its sources changed. @throws when the build fails */
export async function preparePortal(): Promise<void> {
  if ((await buildPortal()) !== 0) throw new Error("The portal cannot be built.");
}

export async function startChaosPortal(parts: Parts): Promise<Portal> {
  const port = await freePort();
  const clientSecretFile = join(parts.folder, "portal-client-secret");
  await writeFile(clientSecretFile, parts.localAzure.entra.secrets().portal, { mode: 0o600 });
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...parts.env,
    ...entraEnv({ url: parts.localAzure.url, clientSecretFile }),
    KLUIS_PORT: String(port),
    KLUIS_PUBLIC_URL: url,
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    PATH: process.env["PATH"] ?? "",
  };
  const folder = join(root, "apps", "portal");
  const start = (): Promise<Child> =>
    startChild({
      name: "portal",
      module: createRequire(join(folder, "package.json")).resolve("next/dist/bin/next"),
      args: ["start", "-H", "127.0.0.1", "-p", String(port)],
      env,
      cwd: folder,
      logFile: join(parts.folder, "portal.log"),
      execArgv: exitWithParent,
    });
  let child = await start();
  const problems: string[] = [];
  return {
    problems,
    isWell: async () => (await httpStatus(`${url}/api/health`)) === 200,
    kill: async (downMs) => {
      killGroup(child.pid);
      await child.exited;
      await new Promise((resolve) => setTimeout(resolve, downMs));
      child = await start();
      if (!(await answers(url))) problems.push("The portal did not answer after a kill.");
    },
    [Symbol.asyncDispose]: async () => {
      killGroup(child.pid);
      await child.exited;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const deadline = performance.now() + ANSWER_LIMIT_MS;
  while (performance.now() < deadline) {
    if ((await httpStatus(`${url}/api/health`)) !== null) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}
