/** The part of Windows PowerShell 5.1 that the local guest knows: queries of its model. */
import { isoTime } from "../clock.ts";
import type { WindowsGuest } from "./model.ts";
import { registryStatement } from "./registry.ts";
import { listProviders, listWriters } from "./vssadmin.ts";

/** What a script wrote, and how it ended. */
export interface ScriptResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/**
 * Runs a script. Lines that it cannot run are reported on stderr. Each line may be one of these,
 * with `| Select-Object A,B` and `| ConvertTo-Json`:
 * - `Get-Service A,B …` or `Get-CimInstance Win32_Service …`; `Start-`, `Stop-`, `Restart-`, `Set-Service`
 * - `Get-ItemProperty …\Uninstall\* … | Where-Object DisplayName -like 'PATTERN'`
 * - the registry: `reg query|add|delete`, `Get-`, `Set-`, `New-`, `Remove-ItemProperty`
 * - `vssadmin list writers|providers`, `Get-WinEvent`, `Get-EventLog`
 * - `Write-Output`, `Write-Error`, `throw`, `exit N`, `hostname`
 *
 * Lines `name = @(…)` between `@{` and `} | ConvertTo-Json` give one object with an array per name.
 */
export function runPowerShell(guest: WindowsGuest, script: string): ScriptResult {
  const lines = script.split("\n").map((line) => line.trim());
  return lines.some((line) => line.startsWith("@{")) ? runObject(guest, lines) : runLines(guest, lines);
}

function runObject(guest: WindowsGuest, lines: readonly string[]): ScriptResult {
  const result: Record<string, Row[]> = {};
  const unknown: string[] = [];
  for (const line of lines) {
    const [, name, expression] = /^(?:@\{)?\s*(\w+)\s*=\s*(.+)$/.exec(line) ?? [];
    if (name === undefined || expression === undefined) continue;
    const rows = query(guest, expression);
    if (rows) result[name] = rows;
    else unknown.push(cannotRun(line));
  }
  return { stdout: JSON.stringify(result), stderr: unknown.join("\n"), exitCode: 0 };
}

function runLines(guest: WindowsGuest, lines: readonly string[]): ScriptResult {
  const out: string[] = [];
  const errors: string[] = [];
  for (const line of lines) {
    if (line === "" || line.startsWith("#") || line.startsWith("$")) continue;
    const [, code] = /^exit\s+(\d+)$/i.exec(line) ?? [];
    if (code !== undefined)
      return { stdout: out.join("\n"), stderr: errors.join("\n"), exitCode: Number(code) };
    const done = statement(guest, line);
    if (done.stdout !== undefined) out.push(done.stdout);
    if (done.stderr !== undefined) errors.push(done.stderr);
    if (done.ends === true) break;
  }
  return { stdout: out.join("\n"), stderr: errors.join("\n"), exitCode: errors.length > 0 ? 1 : 0 };
}

interface Done {
  stdout?: string;
  stderr?: string;
  ends?: boolean;
}

function statement(guest: WindowsGuest, line: string): Done {
  if (/^vssadmin(\.exe)?\s+list\s+writers/i.test(line)) return { stdout: listWriters(guest) };
  if (/^vssadmin(\.exe)?\s+list\s+providers/i.test(line)) return { stdout: listProviders(guest) };
  const [, word = "", text = ""] =
    /^(Write-Output|Write-Host|echo|Write-Error|throw)\s+(.+)$/i.exec(line) ?? [];
  if (/^(write-error|throw)$/i.test(word))
    return { stderr: unquote(text), ends: word.toLowerCase() === "throw" };
  if (word !== "") return { stdout: unquote(text) };
  const rows = query(guest, line);
  // PowerShell prints a single object without an array.
  if (rows) return { stdout: JSON.stringify(rows.length === 1 ? rows[0] : rows) };
  return changeService(guest, line) ?? registryStatement(guest, line) ?? { stderr: cannotRun(line) };
}

function unquote(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, "$2");
}

function cannotRun(line: string): string {
  return `The local guest cannot run: ${line}`;
}

/** `Start-Service`, `Stop-Service`, `Restart-Service`, `Set-Service -StartupType`. */
function changeService(guest: WindowsGuest, line: string): Done | undefined {
  const [, verb = "", rest = ""] = /^(Start|Stop|Restart|Set)-Service\s+(.+)$/i.exec(line) ?? [];
  if (verb === "") return undefined;
  const named = servicesIn(guest, rest);
  if (named.length === 0)
    return { stderr: `${verb}-Service : Cannot find any service with service name '${rest}'.` };
  const [, type] = /-StartupType\s+(Automatic|Manual|Disabled)/i.exec(rest) ?? [];
  for (const service of named) {
    if (type !== undefined) service.startType = startTypeOf(type);
    else service.status = verb.toLowerCase() === "stop" ? "Stopped" : "Running";
  }
  return {};
}

function startTypeOf(text: string): WindowsGuest["services"][number]["startType"] {
  const lower = text.toLowerCase();
  return lower === "automatic" ? "Automatic" : lower === "manual" ? "Manual" : "Disabled";
}

type Row = Record<string, string | number>;

/** ServiceStartMode and ServiceControllerStatus of .NET, as ConvertTo-Json writes them. */
const startTypes = { Automatic: 2, Manual: 3, Disabled: 4 } as const;
const statuses = { Running: 4, Stopped: 1 } as const;

/** Rows of a statement about services, programs or events; undefined for other statements. */
function query(guest: WindowsGuest, text: string): Row[] | undefined {
  const rows = allRows(guest, text);
  const [, selected] = /\|\s*Select-Object\s+([\w,\s]+)/i.exec(text) ?? [];
  if (!rows || selected === undefined) return rows;
  const names = selected.split(",").map((name) => name.trim().toLowerCase());
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name.toLowerCase()))),
  );
}

function servicesIn(guest: WindowsGuest, text: string): WindowsGuest["services"] {
  return guest.services.filter(({ name }) => new RegExp(`\\b${escapeRegExp(name)}\\b`, "i").test(text));
}

function allRows(guest: WindowsGuest, text: string): Row[] | undefined {
  if (/Win32_Service/i.test(text)) {
    return servicesIn(guest, text).map(
      ({ name, displayName, startType, status, logOnAs = "LocalSystem" }) => ({
        Name: name,
        DisplayName: displayName,
        StartMode: startType === "Automatic" ? "Auto" : startType,
        State: status,
        StartName: logOnAs,
      }),
    );
  }
  if (/Get-Service/i.test(text)) {
    return servicesIn(guest, text).map(({ name, displayName, startType, status }) => ({
      Name: name,
      DisplayName: displayName,
      StartType: startTypes[startType],
      Status: statuses[status],
    }));
  }
  if (/^Get-(WinEvent|EventLog)/i.test(text)) return eventRows(guest, text);
  if (!/\\Uninstall\\/i.test(text)) return undefined;
  const [, pattern = "*"] = /-like\s+['"]([^'"]+)['"]/i.exec(text) ?? [];
  const wanted = new RegExp(`^${pattern.split("*").map(escapeRegExp).join(".*")}$`, "i");
  return guest.programs
    .filter(({ name }) => wanted.test(name))
    .map(({ name, version }) => ({ DisplayName: name, DisplayVersion: version }));
}

function eventRows(guest: WindowsGuest, text: string): Row[] {
  const [, source] = /(?:ProviderName|Source)\s*=?\s*['"]?([\w.-]+)/i.exec(text) ?? [];
  return guest.events
    .filter((event) => source === undefined || event.source.toLowerCase() === source.toLowerCase())
    .map((event) => ({
      TimeCreated: isoTime(event.time),
      Id: event.id,
      ProviderName: event.source,
      Message: event.message,
    }));
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
