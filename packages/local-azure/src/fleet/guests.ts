/** Guests of the demo fleet. */
import { freshGuest, type Guest } from "../guest/model.ts";

const programs = [
  { name: "Microsoft SQL Server 2022 (64-bit)", version: "16.0.1000.6" },
  { name: "Microsoft ODBC Driver 17 for SQL Server", version: "17.10.6.1" },
  { name: "Microsoft Visual C++ 2022 X64 Minimum Runtime", version: "14.38.33135" },
  { name: "SQL Server Management Studio", version: "20.2.30.0" },
];

const services = [
  { name: "MSSQLSERVER", displayName: "SQL Server (MSSQLSERVER)", startType: "Automatic", status: "Running" },
  { name: "SQLSERVERAGENT", displayName: "SQL Server Agent", startType: "Automatic", status: "Running" },
  { name: "SQLWriter", displayName: "SQL Server VSS Writer", startType: "Automatic", status: "Running" },
  { name: "EventSystem", displayName: "COM+ Event System", startType: "Automatic", status: "Running" },
] as const;

/** A Windows server with SQL Server before its first backup. */
export function sqlServerGuest(): Guest {
  const fresh = freshGuest("Windows");
  if (!fresh.windows) throw new Error("The fresh guest is not a Windows guest");
  const { windows } = fresh;
  return {
    ...fresh,
    windows: {
      ...windows,
      services: [...windows.services, ...services],
      programs: [...windows.programs, ...programs],
      vssWriters: [
        ...windows.vssWriters,
        { name: "SqlServerWriter", state: "Stable", lastError: "No error" },
      ],
      registry: {
        ...windows.registry,
        "HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server\\MSSQL16.MSSQLSERVER\\Setup\\Edition":
          "Standard Edition",
      },
    },
  };
}

export function ubuntuGuest(): Guest {
  return freshGuest("Linux");
}
