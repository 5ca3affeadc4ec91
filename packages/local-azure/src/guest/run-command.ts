import type { Guest } from "./model.ts";

/**
 * A script in the guest. The local guest has no shell: it answers the questions about services, installed programs
 * and VSS writers that a backup asks, in the output that PowerShell would give, and says so on stderr otherwise.
 *
 * Each statement (a line, or `;`-separated) may be one of
 * - `Get-Service A,B … | … | ConvertTo-Json` and `Get-CimInstance Win32_Service … A … | ConvertTo-Json`
 * - `Get-ItemProperty …\Uninstall\* | Where-Object … -like 'PATTERN' … | ConvertTo-Json`
 * - `vssadmin list writers`
 * - `Get-Content /etc/…` or `cat PATH` of the script framework's configuration (Linux)
 * `@{ name = (…); … } | ConvertTo-Json` around them gives one object with an array per name.
 */
export function runScript(guest: Guest, script: string): { stdout: string; stderr: string } {
  if (!guest.windows) return runShell(guest, script);
  const named = [
    ...script.matchAll(/(?:^|[{;\n])\s*\$?(\w+)\s*=\s*@?\(?(.*?)(?=;\s*\$?\w+\s*=|\n|}\s*\||$)/gs),
  ];
  const composite = /@\{|\[pscustomobject\]/i.test(script) && named.length > 0;
  if (composite) {
    const result: Record<string, unknown> = {};
    for (const [, name = "", expression = ""] of named) {
      const rows = query(guest, expression);
      if (rows) result[name] = rows;
    }
    return { stdout: JSON.stringify(result), stderr: "" };
  }
  const out: string[] = [];
  const unknown: string[] = [];
  for (const statement of script.split(/[\n;]/).map((line) => line.trim())) {
    if (statement === "" || statement.startsWith("#") || statement.startsWith("$")) continue;
    if (/^vssadmin(\.exe)?\s+list\s+writers/i.test(statement)) {
      out.push(listWriters(guest));
      continue;
    }
    const rows = query(guest, statement);
    if (rows) out.push(JSON.stringify(rows.length === 1 ? rows[0] : rows));
    else unknown.push(`The local guest cannot run: ${statement}`);
  }
  return { stdout: out.join("\n"), stderr: unknown.join("\n") };
}

type Row = Record<string, string>;

/** Rows of a statement about services or programs; undefined when it is about something else. */
function query(guest: Guest, statement: string): Row[] | undefined {
  const { windows } = guest;
  if (!windows) return undefined;
  if (/Get-Service|Win32_Service/i.test(statement)) {
    const asked = windows.services.filter(({ name }) => new RegExp(`\\b${name}\\b`, "i").test(statement));
    return asked.map(({ name, displayName, startType, status }) => ({
      Name: name,
      DisplayName: displayName,
      StartType: startType,
      StartMode: startType === "Automatic" ? "Auto" : startType,
      Status: status,
      State: status,
    }));
  }
  if (/Uninstall|Win32_Product/i.test(statement)) {
    const [, pattern = "*"] = /-i?like\s+['"]([^'"]+)['"]/i.exec(statement) ?? [];
    const wanted = new RegExp(`^${pattern.split("*").map(escapeRegExp).join(".*")}$`, "i");
    return windows.programs
      .filter(({ name }) => wanted.test(name))
      .map(({ name, version }) => ({ DisplayName: name, DisplayVersion: version }));
  }
  if (/vssadmin|Win32_ShadowProvider|VssWriter/i.test(statement)) {
    return windows.vssWriters.map(({ name, state, lastError }) => ({
      Name: name,
      State: state,
      LastError: lastError,
    }));
  }
  return undefined;
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
