/**
 * The files of Azure's script framework that follow from a policy's scripts, and the digests that stand for them.
 * Source: https://learn.microsoft.com/azure/backup/backup-azure-linux-app-consistent
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "../base/canonical-json.ts";
import type { PolicyDocument } from "../policies/policy.ts";
import {
  type LinuxScript,
  type LinuxScripts,
  type PlacedScripts,
  type ScriptName,
  scriptNames,
} from "./linux-scripts.ts";

export function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Identifies the scripts of a policy with all of their settings; null when there are none. */
export function scriptsDigest(scripts: LinuxScripts | undefined): string | null {
  return scripts === undefined ? null : sha256Of(canonicalJson(scripts));
}

/** The scripts as the ledger and the event log name them: each text by its digest. */
export function scriptsByDigest(scripts: LinuxScripts): Readonly<Record<string, unknown>> {
  if (scripts.from === "guest") return scripts;
  const byDigest = ({ text, ...rest }: LinuxScript) => ({ ...rest, sha256: sha256Of(text) });
  return { ...scripts, pre: byDigest(scripts.pre), post: byDigest(scripts.post) };
}

/** A policy as the ledger keeps it: scripts by their digests, because the ledger is permanent and a script may hold a secret. */
export function documentForLedger(document: PolicyDocument): Readonly<Record<string, unknown>> {
  const { linuxScripts } = document.consistency;
  if (linuxScripts === undefined) return document;
  return {
    ...document,
    consistency: { ...document.consistency, linuxScripts: scriptsByDigest(linuxScripts) },
  };
}

type Consistency = PolicyDocument["consistency"];

/** Code that runs as root changes when the placed scripts change in any way, and when the level begins to request them. */
export function changesRootCode(before: Consistency | undefined, after: Consistency): boolean {
  const placed = (scripts: LinuxScripts | undefined) => (scripts?.from === "policy" ? scripts : undefined);
  const wanted = placed(after.linuxScripts);
  if (scriptsDigest(placed(before?.linuxScripts)) !== scriptsDigest(wanted)) return true;
  return wanted !== undefined && after.wanted === "application" && before?.wanted !== "application";
}

/** The documented places of the framework. */
export const scriptConfigPath = "/etc/azure/VMSnapshotScriptPluginConfig.json";
/**
 * Where Kluis places scripts, and where they leave their outcome. Only root may enter either, and only root can create them: other
 * users may write to /var/log on some distributions.
 */
export const placedDirectory = "/etc/azure/kluis";
export const outcomeDirectory = "/var/lib/kluis-scripts";
/** A function of the shell: the path belongs to root, and is not a link. */
export const ownFunction = `own() { [ ! -L "$1" ] && [ "$(stat -c '%U' "$1" 2>/dev/null)" = root ]; }`;

export const placedPath = (name: ScriptName): string => `${placedDirectory}/${name}.sh`;

/** A file that Kluis places. */
export interface PlacedFile {
  readonly path: string;
  readonly mode: "600" | "700";
  readonly content: string;
}

/** All files for the scripts of a policy, the configuration last: it makes the framework run the others. */
export function placedFiles(scripts: PlacedScripts): PlacedFile[] {
  return [
    ...scriptNames.flatMap((name) => {
      const { text } = scripts[name];
      return [
        { path: `${placedDirectory}/${name}.body`, mode: "700", content: endLine(text) } as const,
        { path: placedPath(name), mode: "700", content: wrapperOf(name, text) } as const,
      ];
    }),
    { path: scriptConfigPath, mode: "600", content: configOf(scripts) },
  ];
}

const endLine = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);

function configOf({ pre, post, ...rules }: PlacedScripts): string {
  const config = {
    pluginName: "ScriptRunner",
    appName: "placed by Kluis, which replaces changes",
    preScriptLocation: placedPath("pre"),
    postScriptLocation: placedPath("post"),
    preScriptParams: pre.parameters,
    postScriptParams: post.parameters,
    preScriptNoOfRetries: pre.retries,
    postScriptNoOfRetries: post.retries,
    timeoutInSeconds: rules.timeoutSeconds,
    continueBackupOnFailure: rules.continueOnFailure,
    fsFreezeEnabled: rules.fsFreeze,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Bytes of a script's output that stay in the guest. */
const OUTPUT_BYTES = 8_192;

/**
 * The framework keeps neither the output nor the duration of a script, and runs every script with sh. This wrapper keeps both, and
 * runs the script by its own first line. Where another user could read or replace the outcome, it keeps none.
 */
function wrapperOf(name: ScriptName, text: string): string {
  const body = `"$d/${name}.body" "$@"`;
  const run = text.startsWith("#!") ? body : `sh ${body}`;
  return [
    "#!/bin/sh",
    "# Placed by Kluis. Runs the script of the policy, and keeps its outcome for the job.",
    "umask 077",
    `d=${placedDirectory}`,
    `l=${outcomeDirectory}`,
    ownFunction,
    'mkdir -p "$l"',
    'if ! own "$l" || ! chmod 700 "$l"; then',
    `  ${run} > /dev/null 2>&1`,
    "  exit",
    "fi",
    `rm -f "$l/${name}.result"`,
    "started=$(date +%s)",
    `printf '%s\\n' "$started" > "$l/${name}.started"`,
    `${run} > "$l/${name}.out" 2>&1`,
    "code=$?",
    `tail -c ${OUTPUT_BYTES} "$l/${name}.out" > "$l/${name}.tail"`,
    `mv -f "$l/${name}.tail" "$l/${name}.out"`,
    `printf '%s %s %s\\n' "$started" "$(date +%s)" "$code" > "$l/${name}.new"`,
    `mv -f "$l/${name}.new" "$l/${name}.result"`,
    'exit "$code"',
    "",
  ].join("\n");
}
