/** Run command: answers a few known queries, because the local guest has no shell. */
import type { Guest } from "./model.ts";

/**
 * Runs a script with the output of Windows PowerShell 5.1 (enumerations as numbers). Lines that it
 * cannot run are reported on stderr. Each line may be one of these, with `| Select-Object A,B` and
 * `| ConvertTo-Json`:
 * - `Get-Service A,B …` or `Get-CimInstance Win32_Service …`
 * - `Get-ItemProperty …\Uninstall\* … | Where-Object DisplayName -like 'PATTERN'`
 * - `vssadmin list writers`
 * - on Linux: `cat` of the configuration of pre and post scripts
 *
 * Lines `name = @(…)` between `@{` and `} | ConvertTo-Json` give one object with an array per name.
 */
export function runScript(guest: Guest, script: string): { stdout: string; stderr: string } {
  if (!guest.windows) return runShell(guest, script);
  const lines = script.split("\n").map((line) => line.trim());
  return lines.some((line) => line.startsWith("@{")) ? runObject(guest, lines) : runLines(guest, lines);
}

function runObject(guest: Guest, lines: readonly string[]): { stdout: string; stderr: string } {
  const result: Record<string, Row[]> = {};
  const unknown: string[] = [];
  for (const line of lines) {
    const [, name, expression] = /^(?:@\{)?\s*(\w+)\s*=\s*(.+)$/.exec(line) ?? [];
    if (name === undefined || expression === undefined) continue;
    const rows = query(guest, expression);
    if (rows) result[name] = rows;
    else unknown.push(cannotRun(line));
  }
  return { stdout: JSON.stringify(result), stderr: unknown.join("\n") };
}

function runLines(guest: Guest, lines: readonly string[]): { stdout: string; stderr: string } {
  const out: string[] = [];
  const unknown: string[] = [];
  for (const line of lines) {
    if (line === "" || line.startsWith("#") || line.startsWith("$")) continue;
    if (/^vssadmin(\.exe)?\s+list\s+writers/i.test(line)) {
      out.push(listWriters(guest));
      continue;
    }
    const rows = query(guest, line);
    // PowerShell prints a single object without an array.
    if (rows) out.push(JSON.stringify(rows.length === 1 ? rows[0] : rows));
    else unknown.push(cannotRun(line));
  }
  return { stdout: out.join("\n"), stderr: unknown.join("\n") };
}

function cannotRun(line: string): string {
  return `The local guest cannot run: ${line}`;
}

type Row = Record<string, string | number>;

/** ServiceStartMode and ServiceControllerStatus of .NET, as ConvertTo-Json writes them. */
const startTypes = { Automatic: 2, Manual: 3, Disabled: 4 } as const;
const statuses = { Running: 4, Stopped: 1 } as const;

/** Rows of a statement about services or programs; undefined for other statements. */
function query(guest: Guest, statement: string): Row[] | undefined {
  const rows = allRows(guest, statement);
  const [, selected] = /\|\s*Select-Object\s+([\w,\s]+)/i.exec(statement) ?? [];
  if (!rows || selected === undefined) return rows;
  const names = selected.split(",").map((name) => name.trim().toLowerCase());
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name.toLowerCase()))),
  );
}

function allRows({ windows }: Guest, statement: string): Row[] | undefined {
  if (!windows) return undefined;
  const named = windows.services.filter(({ name }) =>
    new RegExp(`\\b${escapeRegExp(name)}\\b`, "i").test(statement),
  );
  if (/Win32_Service/i.test(statement)) {
    return named.map(({ name, displayName, startType, status }) => ({
      Name: name,
      DisplayName: displayName,
      StartMode: startType === "Automatic" ? "Auto" : startType,
      State: status,
    }));
  }
  if (/Get-Service/i.test(statement)) {
    return named.map(({ name, displayName, startType, status }) => ({
      Name: name,
      DisplayName: displayName,
      StartType: startTypes[startType],
      Status: statuses[status],
    }));
  }
  if (!/\\Uninstall\\/i.test(statement)) return undefined;
  const [, pattern = "*"] = /-like\s+['"]([^'"]+)['"]/i.exec(statement) ?? [];
  const wanted = new RegExp(`^${pattern.split("*").map(escapeRegExp).join(".*")}$`, "i");
  return windows.programs
    .filter(({ name }) => wanted.test(name))
    .map(({ name, version }) => ({ DisplayName: name, DisplayVersion: version }));
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function listWriters(guest: Guest): string {
  const writers = guest.windows?.vssWriters ?? [];
  return writers
    .map(({ name, state, lastError }) => {
      const shown = state === "Stable" ? "[1] Stable" : "[8] Failed";
      return `Writer name: '${name}'\n   State: ${shown}\n   Last error: ${lastError}\n`;
    })
    .join("\n");
}

const CONFIG = "/etc/azure/VMSnapshotScriptPluginConfig.json";

function runShell(guest: Guest, script: string): { stdout: string; stderr: string } {
  if (!script.includes(CONFIG)) return { stdout: "", stderr: "The local guest cannot run this script" };
  const scripts = guest.linux?.scripts;
  if (!scripts) return { stdout: "", stderr: `cat: ${CONFIG}: No such file or directory` };
  const config = {
    pluginName: "ScriptRunner",
    preScriptLocation: scripts.pre.path,
    postScriptLocation: scripts.post.path,
    timeoutInSeconds: scripts.timeoutInSeconds,
    continueBackupOnFailure: scripts.continueBackupOnFailure,
    fsFreezeEnabled: scripts.fsFreezeEnabled,
  };
  return { stdout: JSON.stringify(config), stderr: "" };
}
