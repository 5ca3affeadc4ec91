/** Statements about the registry of the local guest. Values are strings by `KEY\NAME`. */
import type { WindowsGuest } from "./model.ts";

interface Answer {
  stdout?: string;
  stderr?: string;
}

/** Runs a statement about the registry; undefined for other statements. */
export function registryStatement(guest: WindowsGuest, line: string): Answer | undefined {
  const [, verb = "", key = "", rest = ""] =
    /^reg(?:\.exe)?\s+(query|add|delete)\s+("[^"]+"|\S+)\s*(.*)$/i.exec(line) ?? [];
  if (verb !== "") return reg(guest, verb.toLowerCase(), { key: keyOf(key), rest });
  const [, cmdlet = "", options = ""] =
    /^(Get|Set|New|Remove)-ItemProperty(?:Value)?\s+(.+)$/i.exec(line) ?? [];
  if (cmdlet !== "") return itemProperty(guest, cmdlet.toLowerCase(), options);
  return /^New-Item\s/i.test(line) ? {} : undefined;
}

/** `HKLM:\A`, `"HKEY_LOCAL_MACHINE\A"` → `HKLM\A`. */
function keyOf(text: string): string {
  return text
    .replaceAll(/["']/g, "")
    .replace(/^HKEY_LOCAL_MACHINE/i, "HKLM")
    .replace(/^HKLM:?/i, "HKLM")
    .replace(/\\$/, "");
}

function option(text: string, name: string): string | undefined {
  const [, quoted, bare] = new RegExp(`${name}\\s+(?:["']([^"']*)["']|(\\S+))`, "i").exec(text) ?? [];
  return quoted ?? bare;
}

/** The stored path of a value; the registry ignores letter case. */
function pathOf(guest: WindowsGuest, key: string, name: string): string {
  const wanted = `${key}\\${name}`;
  return Object.keys(guest.registry).find((path) => path.toLowerCase() === wanted.toLowerCase()) ?? wanted;
}

function valuesOf(guest: WindowsGuest, key: string): [name: string, value: string][] {
  const prefix = `${key}\\`.toLowerCase();
  return Object.entries(guest.registry).flatMap(([path, value]): [string, string][] => {
    const name = path.slice(prefix.length);
    return path.toLowerCase().startsWith(prefix) && !name.includes("\\") ? [[name, value]] : [];
  });
}

const NOT_FOUND = "ERROR: The system was unable to find the specified registry key or value.";
const DONE = "The operation completed successfully.";

function reg(guest: WindowsGuest, verb: string, target: { key: string; rest: string }): Answer {
  const { key, rest } = target;
  const name = option(rest, "/v");
  if (verb === "query") {
    const found = valuesOf(guest, key).filter(
      ([each]) => name === undefined || each.toLowerCase() === name.toLowerCase(),
    );
    if (found.length === 0) return { stderr: NOT_FOUND };
    const shown = found.map(([each, value]) => `    ${each}    REG_SZ    ${value}`);
    return { stdout: `\n${key.replace(/^HKLM/, "HKEY_LOCAL_MACHINE")}\n${shown.join("\n")}\n` };
  }
  if (name === undefined) return verb === "add" ? { stdout: DONE } : { stderr: NOT_FOUND };
  const path = pathOf(guest, key, name);
  if (verb === "add") guest.registry[path] = option(rest, "/d") ?? "";
  else if (path in guest.registry) delete guest.registry[path];
  else return { stderr: NOT_FOUND };
  return { stdout: DONE };
}

function itemProperty(guest: WindowsGuest, verb: string, options: string): Answer | undefined {
  const [, positional = ""] = /^["']?(HKLM:[^"'|]*?)["']?(?=\s+-|\s*\||\s*$)/i.exec(options) ?? [];
  const key = keyOf(option(options, "-(?:Literal)?Path") ?? positional.trim());
  const name = option(options, "-Name");
  // Installed programs are a separate query.
  if (key === "" || /\\Uninstall\\/i.test(key)) return undefined;
  if (verb === "get") {
    const found = valuesOf(guest, key).filter(
      ([each]) => name === undefined || each.toLowerCase() === name.toLowerCase(),
    );
    if (found.length > 0) return { stdout: JSON.stringify(Object.fromEntries(found)) };
    if (/SilentlyContinue/i.test(options)) return {};
    return { stderr: `Get-ItemProperty : Cannot find path '${key}' because it does not exist.` };
  }
  if (name === undefined) return undefined;
  const path = pathOf(guest, key, name);
  if (verb === "remove") delete guest.registry[path];
  else guest.registry[path] = option(options, "-Value") ?? "";
  return {};
}
