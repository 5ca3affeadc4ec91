/** The Azure CLI, signed in to a local Azure as its owner, and the check of one step. */
import { execFile } from "node:child_process";
import { access, constants, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { isDeepStrictEqual, promisify } from "node:util";
import { z } from "zod";
import { CONTOSO_TENANT_ID } from "../../src/entra/directory.ts";
import type { Front } from "./front.ts";
import type { Step } from "./step.ts";

const run = promisify(execFile);
const STEP_TIMEOUT_MS = 120_000;
const OUTPUT_BYTES = 64 * 1024 * 1024;

const secretsSchema = z.object({
  clientIds: z.object({ owner: z.string() }),
  clientSecrets: z.object({ owner: z.string() }),
});
const failureSchema = z.object({ stdout: z.string().default(""), stderr: z.string().default("") });

/** Runs `az` with these arguments. */
export type Az = (command: string) => Promise<{ ok: boolean; stdout: string; text: string }>;

/** The program of the Azure CLI: $AZ, or `az` on PATH; null when it is not installed. */
export async function findAzureCli(): Promise<string | null> {
  const named = process.env["AZ"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = named === undefined ? folders.map((folder) => join(folder, "az")) : [named];
  for (const path of candidates)
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  return null;
}

/**
 * Signs the CLI in through `front`. Its configuration lives in `dir`.
 * @throws Error when the sign-in fails, with the CLI's output
 */
export async function signedIn(
  program: string,
  front: Front,
  place: { dir: string; dataDir: string },
): Promise<Az> {
  const env = {
    ...process.env,
    HTTPS_PROXY: front.proxyUrl,
    REQUESTS_CA_BUNDLE: front.caFile,
    AZURE_CONFIG_DIR: join(place.dir, "config"),
    AZURE_CORE_COLLECT_TELEMETRY: "false",
    PYTHONWARNINGS: "ignore",
  };
  const az: Az = (command) =>
    run(program, argumentsOf(command), { env, timeout: STEP_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES }).then(
      ({ stdout, stderr }) => ({ ok: true, stdout, text: stderr }),
      (error: unknown) => {
        const { stdout, stderr } = failureSchema.parse(error);
        return { ok: false, stdout, text: `${stdout}${stderr}` };
      },
    );
  const secrets = join(place.dataDir, "entra", "secrets.json");
  const { clientIds, clientSecrets } = secretsSchema.parse(JSON.parse(await readFile(secrets, "utf8")));
  const answer = await az(
    `login --service-principal -u ${clientIds.owner} -p ${clientSecrets.owner} --tenant ${CONTOSO_TENANT_ID}`,
  );
  if (!answer.ok) throw new Error(`The Azure CLI could not sign in: ${lastLines(answer.text)}`);
  return az;
}

/** Runs a step. Returns why its answer is not what the step says; null when it is. */
export async function problemOf(step: Step, az: Az): Promise<string | null> {
  const answer = await az(step.command);
  if (step.fails !== undefined) {
    if (answer.ok) return "it succeeded";
    return answer.text.includes(step.fails) ? null : lastLines(answer.text);
  }
  if (!answer.ok) return lastLines(answer.text);
  const absent = step.prints?.find((text) => !answer.stdout.includes(text));
  if (absent !== undefined) return `it does not print ${absent}: ${answer.stdout.trim().slice(0, 400)}`;
  if (step.gives === undefined) return null;
  try {
    const given: unknown = JSON.parse(answer.stdout);
    return isDeepStrictEqual(given, step.gives) ? null : `it gave ${JSON.stringify(given)}`;
  } catch {
    return `it gave ${answer.stdout.trim().slice(0, 200)}`;
  }
}

/** Splits at spaces. A JSON object and a text in double quotes stay whole. */
function argumentsOf(command: string): string[] {
  return (command.match(/\{\S*\}|"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, "$1"));
}

function lastLines(text: string): string {
  const lines = text.trim().split("\n");
  return lines
    .filter((line) => !line.includes("Error loading command module"))
    .slice(-8)
    .join(" | ")
    .slice(-900);
}
