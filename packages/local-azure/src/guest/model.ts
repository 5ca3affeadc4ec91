/** The guest of a VM: agent, Windows services, programs, registry, VSS writers; Linux files and scripts. */
import { z } from "zod";
import { conditionNames } from "./condition-names.ts";

/** A writer as `vssadmin list writers` prints it: `State: [8] Failed`, `Last error: Timed out`. */
export const vssWriterSchema = z.object({
  name: z.string(),
  state: z.enum(["Stable", "Waiting for completion", "Failed"]),
  lastError: z.string().default("No error"),
});

export const serviceSchema = z.object({
  name: z.string(),
  displayName: z.string(),
  startType: z.enum(["Automatic", "Manual", "Disabled"]),
  status: z.enum(["Running", "Stopped"]),
  /** The account that the service runs as. */
  logOnAs: z.string().optional(),
});

const programSchema = z.object({ name: z.string(), version: z.string() });

/** An entry of the Application log. */
const eventSchema = z.object({
  time: z.number(),
  source: z.string(),
  id: z.number().int(),
  message: z.string(),
});

const windowsGuestSchema = z.object({
  services: z.array(serviceSchema),
  programs: z.array(programSchema),
  vssWriters: z.array(vssWriterSchema),
  /** Restore points that stay file-system consistent after a VSS failure. */
  fileSystemAttemptsLeft: z.number().int().min(0),
  /** Values by `KEY\NAME`. */
  registry: z.record(z.string(), z.string()),
  events: z.array(eventSchema).default([]),
});

const scriptSchema = z.object({
  path: z.string(),
  exitCode: z.number().int(),
  /** Exit codes of the attempts in order; the last one repeats. Default: `exitCode` each time. */
  exitCodes: z.array(z.number().int()).optional(),
  /** Duration of one attempt. */
  seconds: z.number().min(0),
  output: z.string(),
  exists: z.boolean(),
  mode: z.string(),
  owner: z.string().default("root"),
});

/**
 * The script framework: `VMSnapshotScriptPluginConfig.json`, `VMSnapshotPluginHost.conf`, and what
 * each script does. Source: azure-linux-extensions, VMBackup.
 */
export const linuxScriptsSchema = z.object({
  configMode: z.string().default("600"),
  configOwner: z.string().default("root"),
  /** Whether the configuration file is JSON with all required keys. */
  configValid: z.boolean().default(true),
  pluginName: z.string().default("ScriptRunner"),
  appName: z.string().optional(),
  timeoutInSeconds: z.number().int().min(1).max(1800).default(30),
  preScriptParams: z.array(z.string()).default([]),
  postScriptParams: z.array(z.string()).default([]),
  preScriptNoOfRetries: z.number().int().min(0).default(0),
  postScriptNoOfRetries: z.number().int().min(0).default(0),
  continueBackupOnFailure: z.boolean().default(true),
  fsFreezeEnabled: z.boolean().default(true),
  ScriptsExecutionPollTimeSeconds: z.number().int().min(1).max(5).default(3),
  pluginHost: z
    .object({ valid: z.boolean().default(true), timeoutInSeconds: z.number().int().min(1).default(1800) })
    .default({ valid: true, timeoutInSeconds: 1800 }),
  pre: scriptSchema,
  post: scriptSchema,
});

export const fsfreezeSchema = z.enum(["works", "fails", "times-out"]);

export const fileSchema = z.object({
  content: z.string(),
  mode: z.string().default("644"),
  owner: z.string().default("root"),
  directory: z.boolean().optional(),
});

const linuxGuestSchema = z.object({
  scripts: linuxScriptsSchema.optional(),
  /** Files beside those that the guest has always, by absolute path. */
  files: z.record(z.string(), fileSchema).default({}),
  fsfreeze: fsfreezeSchema.default("works"),
});

export const conditionSchema = z.enum(conditionNames);
export const extensionOutcomeSchema = z.enum(["fails", "hangs"]);

export const guestSchema = z.object({
  osName: z.string(),
  osVersion: z.string(),
  agent: z.object({ status: z.enum(["Ready", "NotReady"]), version: z.string() }),
  /** Conditions that make restore points fail; see `conditions.ts`. */
  conditions: z.array(conditionSchema).default([]),
  /** How extensions that do not succeed end, by name or type in lower case. */
  extensionOutcomes: z.record(z.string(), extensionOutcomeSchema).default({}),
  windows: windowsGuestSchema.optional(),
  linux: linuxGuestSchema.optional(),
});

export type Guest = z.infer<typeof guestSchema>;
/** A guest, and the name of its computer. */
export type Machine = Guest & { hostName?: string };
export type WindowsGuest = z.infer<typeof windowsGuestSchema>;
export type LinuxGuest = z.infer<typeof linuxGuestSchema>;
export type LinuxScripts = z.infer<typeof linuxScriptsSchema>;

const stableWriters = [
  "Task Scheduler Writer",
  "VSS Metadata Store Writer",
  "Performance Counters Writer",
  "System Writer",
  "ASR Writer",
  "Shadow Copy Optimization Writer",
  "Registry Writer",
  "COM+ REGDB Writer",
  "WMI Writer",
];

const automatic = { startType: "Automatic", status: "Running" } as const;
const freshServices: WindowsGuest["services"] = [
  { name: "VSS", displayName: "Volume Shadow Copy", startType: "Manual", status: "Stopped" },
  { name: "RdAgent", displayName: "RdAgent", ...automatic },
  { name: "WindowsAzureGuestAgent", displayName: "WindowsAzureGuestAgent", ...automatic },
  { name: "COMSysApp", displayName: "COM+ System Application", startType: "Manual", status: "Running" },
  {
    name: "MSDTC",
    displayName: "Distributed Transaction Coordinator",
    ...automatic,
    logOnAs: String.raw`NT AUTHORITY\NetworkService`,
  },
];

/** A guest after its first boot from a marketplace image: the agent is ready, no backup was made. */
export function freshGuest(os: "Linux" | "Windows"): Guest {
  const healthy = { conditions: [], extensionOutcomes: {} };
  if (os === "Linux") {
    return {
      osName: "ubuntu",
      osVersion: "24.04",
      agent: { status: "Ready", version: "2.14.0.1" },
      ...healthy,
      linux: { files: {}, fsfreeze: "works" },
    };
  }
  return {
    osName: "Windows Server 2022 Datacenter",
    osVersion: "10.0.20348.3207",
    agent: { status: "Ready", version: "2.7.41491.1172" },
    ...healthy,
    windows: {
      services: freshServices.map((service) => ({ ...service })),
      programs: [],
      vssWriters: stableWriters.map((name) => ({ name, state: "Stable", lastError: "No error" })),
      fileSystemAttemptsLeft: 0,
      registry: {},
      events: [],
    },
  };
}
