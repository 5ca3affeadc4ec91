/** Places, checks, removes and reads pre and post scripts of a Linux guest, by run command. */
import { type RunCommandResult, restorePoller } from "@azure/arm-compute";
import {
  type GuestFile,
  KluisError,
  type PlacedScripts,
  redactOutput,
  type ScriptFilesReport,
  type ScriptOutcomeReport,
  type ScriptTrace,
  scriptConfigPath,
} from "@kluis/domain";
import type { AzureCall } from "./calls.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { checkScript, outcomeScript, placeScript, removeScript } from "./guest-script-texts.ts";
import { type CallOptions, type OperationKind, pollerOf, startOperation } from "./lro.ts";
import type { AzureOperation, Poll } from "./operation.ts";
import { resourceOf } from "./resource.ts";

/** What to do in the guest. */
export type GuestScriptsWork =
  | { readonly kind: "check" }
  | { readonly kind: "place"; readonly scripts: PlacedScripts }
  | { readonly kind: "remove" }
  | { readonly kind: "read-outcome" };

/** Lines of the answer by name. */
export type GuestAnswer = ReadonlyMap<string, readonly string[]>;

/**
 * Parses the answer in run command's result. Root of the guest can make it say anything, so that no control characters are taken
 * over. @throws KluisError AZURE_FAILED when it is not whole
 */
export function parseGuestAnswer(vmId: string, result: Pick<RunCommandResult, "value">): GuestAnswer {
  const output = (result.value ?? []).map(({ message }) => message ?? "").join("\n");
  const lines = new Map<string, string[]>();
  for (const line of output.split("\n")) {
    const [, name, rest = ""] = /^kluis:([a-z-]+) ?(.*)$/.exec(line.replaceAll(/\p{Cc}/gu, "")) ?? [];
    if (name !== undefined) lines.set(name, [...(lines.get(name) ?? []), rest]);
  }
  if (lines.has("end")) return lines;
  throw new KluisError("AZURE_FAILED", {
    reason: "guest-answer",
    message: "Kluis could not read the guest's answer about its scripts.",
    action: "Check that run command works on the VM.",
    params: { vmId, output: redactOutput(output.slice(-300)) },
  });
}

const one = (answer: GuestAnswer, name: string): string | undefined => answer.get(name)?.[0];

function textOf(answer: GuestAnswer, name: string): string | null {
  const encoded = one(answer, name);
  return encoded === undefined ? null : Buffer.from(encoded, "base64").toString("utf8");
}

function fileOf(answer: GuestAnswer, name: string): GuestFile | null {
  const line = one(answer, name);
  const [, kind, owner, mode, sha256, path] = /^(\S+) (\S+) (\S+) (\S+) (.*)$/.exec(line ?? "") ?? [];
  if (path === undefined) return null;
  if (kind !== "file") return { path, isFile: false, owner: null, mode: null, sha256: null };
  return { path, isFile: true, owner: owner ?? null, mode: mode ?? null, sha256: sha256 ?? null };
}

const noFile = (path: string): GuestFile => ({ path, isFile: false, owner: null, mode: null, sha256: null });

/** The files of the framework, after `check`, `place` or `remove`. */
export function scriptFilesOf(answer: GuestAnswer): ScriptFilesReport {
  return {
    config: fileOf(answer, "config") ?? noFile(scriptConfigPath),
    configText: textOf(answer, "text"),
    host: fileOf(answer, "host") ?? noFile("/etc/azure/VMSnapshotPluginHost.conf"),
    pre: fileOf(answer, "pre"),
    post: fileOf(answer, "post"),
    wrote: answer.get("wrote") ?? [],
    isForeign: answer.has("foreign"),
    failedPath: one(answer, "failed") ?? null,
  };
}

/** A number that `date` or the shell wrote; null for anything else. */
const wholeOf = (text: string | undefined): number | null =>
  /^\d{1,12}$/.test(text ?? "") ? Number(text) : null;

/** What the scripts did, after `read-outcome`. */
export function scriptOutcomeOf(answer: GuestAnswer): ScriptOutcomeReport {
  const now = wholeOf(one(answer, "now"));
  const traceOf = (name: "pre" | "post"): ScriptTrace => {
    const [started, ended, code] = (one(answer, name) ?? "").split(" ").map(wholeOf);
    const output = textOf(answer, `out-${name}`) ?? "";
    if (now === null || !started) return { startedAgoSeconds: null, seconds: null, exitCode: null, output };
    const startedAgoSeconds = now - started;
    if (typeof ended !== "number" || typeof code !== "number")
      return { startedAgoSeconds, seconds: null, exitCode: null, output };
    return { startedAgoSeconds, seconds: ended - started, exitCode: code, output };
  };
  return {
    pre: traceOf("pre"),
    post: traceOf("post"),
    log: (textOf(answer, "log") ?? "").split("\n").filter((line) => line !== ""),
    now: ["local", "utc"].flatMap((name) => one(answer, name) ?? []),
  };
}

const wordsOf = {
  check: "check the scripts of the guest",
  place: "place the scripts in the guest",
  remove: "remove the scripts from the guest",
  "read-outcome": "read what the guest's scripts did",
} as const satisfies Record<GuestScriptsWork["kind"], AzureCall>;

function working({ kind }: GuestScriptsWork): OperationKind<RunCommandResult, GuestAnswer> {
  return {
    kind: "run-command",
    words: wordsOf[kind],
    resume: (client, state) => restorePoller(client, state, client.virtualMachines.runCommand),
    finish: async (model, { target }) => parseGuestAnswer(target, model ?? {}),
  };
}

function textFor(work: GuestScriptsWork): readonly string[] {
  switch (work.kind) {
    case "check":
      return checkScript;
    case "place":
      return placeScript(work.scripts);
    case "remove":
      return removeScript;
    case "read-outcome":
      return outcomeScript;
  }
  return work satisfies never;
}

/** Starts the work in a running Linux guest. Takes about 20 seconds in Azure. */
export async function startGuestScripts(
  azure: AzureConnection,
  { vmId, work }: { readonly vmId: string; readonly work: GuestScriptsWork },
  options: CallOptions = {},
): Promise<Poll<GuestAnswer>> {
  const { client, path } = resourceOf<1>(azure, vmId, "virtualMachines");
  const input = { commandId: "RunShellScript", script: [...textFor(work)] };
  return startOperation(working(work), { azure, target: vmId, ...options }, () =>
    client.virtualMachines.runCommand(...path, input, abortable(options)),
  );
}

/** Polls work of {@link startGuestScripts}. @throws KluisError AZURE_FAILED when the answer is unreadable */
export function pollGuestScripts(
  azure: AzureConnection,
  { operation, work }: { readonly operation: AzureOperation; readonly work: GuestScriptsWork },
  options: CallOptions = {},
): Promise<Poll<GuestAnswer>> {
  return pollerOf(working(work))(azure, operation, options);
}
