/** The command line of `guest`: what a guest is, and how its states are set. */
import { readFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { type GuestPatch, type GuestView, guestPatchSchema } from "../control/model.ts";
import { LocalAzureError } from "../errors.ts";
import { conditionNames } from "../guest/condition-names.ts";
import { conditions } from "../guest/conditions.ts";
import { parseJson } from "../state/store.ts";

export interface GuestOptions {
  vm?: string;
  conditions?: boolean;
  agent?: "ready" | "not-ready";
  set?: string[];
  clear?: string[];
  vssWriter?: [name: string, value: string][];
  service?: [name: string, value: string][];
  registry?: [name: string, value: string][];
  extension?: [name: string, value: string][];
  fsfreeze?: string;
  /** A file, or false for `--no-scripts`. */
  scripts?: string | boolean;
  json?: boolean;
}

/** `guest` without its action. */
export function guestCommand(): Command {
  return new Command("guest")
    .description("show a guest, or set states that make backups fail")
    .option("--vm <name>", "name of the VM")
    .option("--conditions", "list the conditions that --set and --clear take")
    .addOption(new Option("--agent <state>", "state of the VM agent").choices(["ready", "not-ready"]))
    .option("--set <condition...>", "conditions that the VM gets")
    .option("--clear <condition...>", "conditions that the VM loses, or all")
    .addOption(pairs("--vss-writer <NAME=STATE[:ERROR]>", "Stable, Failed or Waiting for completion"))
    .addOption(pairs("--service <NAME=STATE>", "Running, Stopped, Automatic, Manual or Disabled"))
    .addOption(pairs("--registry <KEY\\NAME=VALUE>", "a value of the registry; empty removes it"))
    .addOption(pairs("--extension <NAME=OUTCOME>", "how an extension ends: succeeds, fails or hangs"))
    .addOption(
      new Option("--fsfreeze <outcome>", "how fsfreeze ends").choices(["works", "fails", "times-out"]),
    )
    .option("--scripts <file>", "JSON of the script framework, as control.setGuest takes it")
    .option("--no-scripts", "remove the script framework")
    .option("--json", "print JSON");
}

type Pair = [name: string, value: string];

function pairs(flags: string, help: string): Option {
  return new Option(flags, help).argParser<Pair[] | undefined>((text, before) => {
    const at = text.indexOf("=");
    if (at < 1) throw new InvalidArgumentError("NAME=VALUE.");
    return [...(before ?? []), [text.slice(0, at), text.slice(at + 1)]];
  });
}

/** The patch that the options make, or undefined when they change nothing. @throws LocalAzureError */
export async function guestPatch(
  options: GuestOptions,
  { vm, guest }: GuestView,
): Promise<GuestPatch | undefined> {
  const patch = {
    ...(options.agent ? { agent: options.agent === "ready" ? "Ready" : "NotReady" } : {}),
    ...(options.set || options.clear ? { conditions: conditionsAfter(options, guest.conditions) } : {}),
    ...(options.vssWriter ? { vssWriters: writersAfter(options.vssWriter, guest) } : {}),
    ...(options.service ? { services: servicesOf(options.service) } : {}),
    ...(options.registry
      ? { registry: Object.fromEntries(options.registry.map(([path, value]) => [path, value || null])) }
      : {}),
    ...(options.extension ? { extensionOutcomes: outcomesAfter(options.extension, guest) } : {}),
    ...(options.fsfreeze === undefined ? {} : { fsfreeze: options.fsfreeze }),
    ...(await scriptsOf(options.scripts)),
  };
  if (Object.keys(patch).length === 0) return undefined;
  const parsed = guestPatchSchema.safeParse({ vm, ...patch });
  if (parsed.success) return parsed.data;
  throw new LocalAzureError("INVALID_INPUT", z.prettifyError(parsed.error), {
    action: "`local-azure guest --help` lists the options.",
  });
}

function conditionsAfter({ set = [], clear = [] }: GuestOptions, present: readonly string[]): string[] {
  const kept = clear.includes("all") ? [] : present.filter((name) => !clear.includes(name));
  return [...new Set([...kept, ...set])];
}

function writersAfter(changes: readonly Pair[], guest: GuestView["guest"]): object[] {
  const writers = guest.windows?.vssWriters ?? [];
  const named = new Map<string, { name: string; state: string; lastError: string }>(
    writers.map((writer) => [writer.name.toLowerCase(), writer]),
  );
  for (const [name, value] of changes) {
    const [state = "", lastError = state === "Stable" ? "No error" : "Non-retryable error"] =
      value.split(":");
    named.set(name.toLowerCase(), { name: named.get(name.toLowerCase())?.name ?? name, state, lastError });
  }
  return [...named.values()];
}

function servicesOf(changes: readonly Pair[]): Record<string, object> {
  return Object.fromEntries(
    changes.map(([name, value]) => [
      name,
      /^(running|stopped)$/i.test(value) ? { status: capital(value) } : { startType: capital(value) },
    ]),
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

function outcomesAfter(changes: readonly Pair[], guest: GuestView["guest"]): Record<string, string> {
  const outcomes: Record<string, string> = { ...guest.extensionOutcomes };
  for (const [name, outcome] of changes) {
    if (outcome === "succeeds") delete outcomes[name.toLowerCase()];
    else outcomes[name.toLowerCase()] = outcome;
  }
  return outcomes;
}

async function scriptsOf(scripts: GuestOptions["scripts"]): Promise<{ linuxScripts?: unknown }> {
  if (scripts === false) return { linuxScripts: null };
  return typeof scripts === "string" ? { linuxScripts: parseJson(await readFile(scripts, "utf8")) } : {};
}

/** The conditions with what each does. */
export function conditionsText(): string {
  const width = Math.max(...conditionNames.map((name) => name.length));
  return conditionNames
    .map((name) => {
      const { code, summary, scope } = conditions[name];
      return `${name.padEnd(width)}  ${code}: ${summary}${scope === "platform" ? " (also crash-consistent)" : ""}`;
    })
    .join("\n");
}

/** What decides about the next restore point. */
export function guestText({ vm, guest, extensions }: GuestView): string {
  const { agent, conditions: present, windows, linux, extensionOutcomes } = guest;
  const list = (names: readonly string[]): string => names.join(", ") || "none";
  const bad = windows?.vssWriters.filter(({ state }) => state !== "Stable") ?? [];
  return [
    `${vm}: ${guest.osName} ${guest.osVersion}`,
    `agent       ${agent.status} ${agent.version}`,
    `conditions  ${list(present)}`,
    `extensions  ${list(extensions)}`,
    ...Object.entries(extensionOutcomes).map(([name, outcome]) => `            ${name} ${outcome}`),
    ...(windows
      ? [
          `writers     ${bad.length === 0 ? "all stable" : list(bad.map(({ name, state }) => `${name}: ${state}`))}`,
          `services    ${list(windows.services.map(({ name, startType, status }) => `${name} ${startType} ${status}`))}`,
        ]
      : []),
    ...(linux
      ? [
          `fsfreeze    ${linux.fsfreeze}`,
          `scripts     ${linux.scripts ? `${linux.scripts.pre.path}, ${linux.scripts.post.path}` : "none"}`,
        ]
      : []),
  ].join("\n");
}
