/** Judges the files of the script framework as they are in a Linux guest. */
import { z } from "zod";
import { type LinuxScripts, type ScriptName, scriptNames } from "./linux-scripts.ts";
import { placedPath } from "./placed-scripts.ts";
import type { ScriptProblem } from "./script-problems.ts";

/** A file as the guest reports it; null in all but `path` when it does not exist or is not a file. */
export interface GuestFile {
  readonly path: string;
  readonly isFile: boolean;
  readonly owner: string | null;
  /** Octal, such as `700`. */
  readonly mode: string | null;
  readonly sha256: string | null;
}

export interface ScriptFilesReport {
  readonly config: GuestFile;
  /** Null when it cannot be read whole. */
  readonly configText: string | null;
  readonly host: GuestFile;
  /** Null when the configuration names none. */
  readonly pre: GuestFile | null;
  readonly post: GuestFile | null;
  /** Files that this run has written; a configuration of someone else keeps it from writing any. */
  readonly wrote: readonly string[];
  readonly isForeign: boolean;
  /** The path that could not be written. */
  readonly failedPath: string | null;
}

export interface ScriptFinding {
  readonly problem: ScriptProblem;
  /** The file that has the problem. */
  readonly path: string;
}

/** The owner of the guest writes it, and others read it on pages and terminals. */
const locationSchema = z.string().regex(/^\P{Cc}+$/u);

const configSchema = z.object({
  pluginName: z.string().default("ScriptRunner"),
  preScriptLocation: locationSchema,
  postScriptLocation: locationSchema,
});

/** Everything that keeps the framework from running the scripts; empty when nothing does. */
export function judgeScriptFiles(report: ScriptFilesReport, scripts: LinuxScripts): ScriptFinding[] {
  const { config, host, failedPath } = report;
  if (failedPath !== null) return [{ problem: "not-written", path: failedPath }];
  if (!config.isFile) return [{ problem: "config-not-found", path: config.path }];
  if (scripts.from === "policy" && report.isForeign)
    return [{ problem: "config-foreign", path: config.path }];
  return [
    ...judgeAccess(config, { owner: "config-owner", mode: "config-permission" }),
    ...(host.isFile ? judgeAccess(host, { owner: "host-config-owner", mode: "host-config-permission" }) : []),
    ...judgeConfig(report, scripts),
  ];
}

function judgeAccess(file: GuestFile, problems: Record<"owner" | "mode", ScriptProblem>): ScriptFinding[] {
  if (file.owner !== "root") return [{ problem: problems.owner, path: file.path }];
  return isPrivate(file.mode) ? [] : [{ problem: problems.mode, path: file.path }];
}

/** The framework refuses files that group or others may use. */
const isPrivate = (mode: string | null): boolean => mode !== null && /^0*[0-7]00$/.test(mode);

function judgeConfig(report: ScriptFilesReport, scripts: LinuxScripts): ScriptFinding[] {
  const { path } = report.config;
  if (report.configText === null) return [{ problem: "config-too-large", path }];
  const parsed = configSchema.safeParse(jsonOf(report.configText));
  if (!parsed.success) return [{ problem: "config-invalid", path }];
  const { pluginName, preScriptLocation, postScriptLocation } = parsed.data;
  if (pluginName !== "ScriptRunner") return [{ problem: "config-plugin-name", path }];
  const locations = { pre: preScriptLocation, post: postScriptLocation };
  const isForeign =
    scripts.from === "policy" && scriptNames.some((name) => locations[name] !== placedPath(name));
  if (isForeign) return [{ problem: "config-foreign", path }];
  return scriptNames.flatMap((name) => judgeScript(name, report[name], locations[name]));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const scriptRules = {
  pre: { relative: "pre-path-relative", missing: "pre-not-found", access: "pre-permission" },
  post: { relative: "post-path-relative", missing: "post-not-found", access: "post-permission" },
} as const satisfies Readonly<Record<ScriptName, Readonly<Record<string, ScriptProblem>>>>;

function judgeScript(name: ScriptName, file: GuestFile | null, path: string): ScriptFinding[] {
  const rules = scriptRules[name];
  if (!path.startsWith("/")) return [{ problem: rules.relative, path }];
  // The guest looks for the path without a JSON parser: another path means that it is written with escapes.
  if (file === null || !file.isFile || file.path !== path) return [{ problem: rules.missing, path }];
  return judgeAccess(file, { owner: rules.access, mode: rules.access });
}
