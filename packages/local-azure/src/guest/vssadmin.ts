/** What `vssadmin` prints. */
import type { WindowsGuest } from "./model.ts";

const HEAD =
  "vssadmin 1.1 - Volume Shadow Copy Service administrative command-line tool\n(C) Copyright 2001-2013 Microsoft Corp.\n\n";

/** Ids that these writers have on every Windows. */
const writerIds: Readonly<Record<string, string>> = {
  "Task Scheduler Writer": "d61d61c8-d73a-4eee-8cdd-f6f9786b7124",
  "VSS Metadata Store Writer": "75dfb225-e2e4-4d39-9ac9-ffaff65ddf06",
  "Performance Counters Writer": "0bada1de-01a9-4625-8278-69e735f39dd2",
  "System Writer": "e8132975-6f93-4464-a53e-1050253ae220",
  "ASR Writer": "be000cbe-11fe-4426-9c58-531aa6355fc4",
  "Shadow Copy Optimization Writer": "4dc3bdd4-ab48-4d07-adb0-3bee2926fd7f",
  "Registry Writer": "afbab4a2-367d-4d15-a586-71dbb18f8485",
  "COM+ REGDB Writer": "542da469-d3e1-473c-9f4f-7847f01fc64f",
  "WMI Writer": "a6ad56c2-b509-4e6c-bb19-49d8f43532f0",
  SqlServerWriter: "a65faa63-5ea8-4ebc-9dbd-a0c4db26912a",
};

const states = {
  Stable: "[1] Stable",
  "Waiting for completion": "[5] Waiting for completion",
  Failed: "[8] Failed",
} as const satisfies Record<WindowsGuest["vssWriters"][number]["state"], string>;

export function listWriters(guest: WindowsGuest): string {
  const writers = guest.vssWriters.map(({ name, state, lastError }) => {
    const id = writerIds[name];
    return [
      `Writer name: '${name}'`,
      ...(id === undefined ? [] : [`   Writer Id: {${id}}`]),
      `   State: ${states[state]}`,
      `   Last error: ${lastError}`,
      "",
    ].join("\n");
  });
  return HEAD + writers.join("\n");
}

export function listProviders(guest: WindowsGuest): string {
  const azure = guest.services.some(({ name }) => name === "IaaSVmProvider");
  return [
    `${HEAD}Provider name: 'Microsoft Software Shadow Copy provider 1.0'`,
    "   Provider type: System",
    "   Provider Id: {b5946137-7b9f-4925-af80-51abd60b20d5}",
    "   Version: 1.0.0.7",
    ...(azure ? ["", "Provider name: 'IaaSVmProvider'", "   Provider type: Software"] : []),
    "",
  ].join("\n");
}
