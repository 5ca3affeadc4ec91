/** Files of the Windows disks. */
import { Tree } from "./tree.ts";

const systemFiles: readonly (readonly [path: string, mib: number])[] = [
  ["Windows/System32/ntoskrnl.exe", 11],
  ["Windows/System32/kernel32.dll", 0.8],
  ["Windows/System32/shell32.dll", 7],
  ["Windows/System32/mshtml.dll", 20],
  ["Windows/System32/vssapi.dll", 1.6],
  ["Windows/explorer.exe", 5],
];

function ini(section: string, values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([key, value]) => `${key}=${value}`);
  return `[${section}]\r\n${lines.join("\r\n")}\r\n`;
}

export function sql01Os(): Tree {
  const tree = new Tree("sql-01-os");
  for (const [path, mib] of systemFiles) tree.fill(path, "random", { mib });
  for (const [hive, mib] of [
    ["SOFTWARE", 16],
    ["SYSTEM", 6],
    ["SAM", 0.1],
  ] as const) {
    tree.fill(`Windows/System32/config/${hive}`, "binary", { mib });
  }
  tree.fill("Windows/System32/winevt/Logs/Application.evtx", "binary", { mib: 10 });
  tree.fill("Windows/Logs/CBS/CBS.log", "text", { mib: 8 });
  tree.file(
    "Windows/System32/drivers/etc/hosts",
    "# localhost name resolution is handled within DNS itself.\r\n10.20.1.5 sql-01\r\n",
  );
  tree.file("Windows/win.ini", ini("fonts", {}) + ini("Mail", { MAPI: "1" }));
  tree.file("WindowsAzure/Logs/WaAppAgent.log", "[00000008] Heartbeat Ready.\r\n".repeat(60));
  const instance = "Program Files/Microsoft SQL Server/MSSQL16.MSSQLSERVER/MSSQL";
  tree.fill(`${instance}/Binn/sqlservr.exe`, "random", { mib: 0.7 });
  tree.fill(`${instance}/Binn/sqllang.dll`, "random", { mib: 24 });
  tree.fill(`${instance}/Log/ERRORLOG`, "text", { mib: 3 });
  tree.file(
    `${instance}/Binn/Templates/model.ini`,
    ini("OPTIONS", {
      FEATURES: "SQLENGINE",
      INSTANCENAME: "MSSQLSERVER",
      SQLCOLLATION: "Latin1_General_CI_AS",
    }),
  );
  for (const user of ["azureadmin", "Public"]) {
    tree.folder(`Users/${user}/Documents`, `Users/${user}/Desktop`, `Users/${user}/Downloads`);
  }
  tree.file(
    "Users/azureadmin/Desktop/Restart order.txt",
    "1. Stop the shop.\r\n2. Restart SQL Server.\r\n3. Start the shop.\r\n",
  );
  for (let week = 1; week <= 40; week += 1) {
    tree.file(
      `Users/azureadmin/Documents/Checks/week-${String(week).padStart(2, "0")}.csv`,
      `check;result\r\nDBCC CHECKDB;0 errors\r\nlog used %;${(week * 13) % 90}\r\n`,
    );
  }
  return tree;
}

export function sql01Data(): Tree {
  const tree = new Tree("sql-01-data");
  tree.fill("Data/CommerceOrders.mdf", "binary", { mib: 72 });
  tree.fill("Data/CommerceCatalog.mdf", "binary", { mib: 24 });
  tree.fill("Data/tempdb.mdf", "binary", { mib: 8 });
  for (let index = 1; index <= 30; index += 1) {
    const id = String(index).padStart(3, "0");
    tree.file(
      `Export/orders-${id}.xml`,
      `<?xml version="1.0"?>\r\n<export id="${id}">\r\n  <orders count="${index * 11}" />\r\n</export>\r\n`,
    );
  }
  tree.file("Data/README.txt", "Database files of SQL Server. Do not copy them while the service runs.\r\n");
  return tree;
}

export function sql01Log(): Tree {
  const tree = new Tree("sql-01-log");
  tree.fill("Log/CommerceOrders_log.ldf", "binary", { mib: 40 });
  tree.fill("Log/CommerceCatalog_log.ldf", "binary", { mib: 8 });
  tree.file("Log/README.txt", "Transaction logs of SQL Server, on a separate disk.\r\n");
  return tree;
}
