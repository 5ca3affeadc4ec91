/** The guest of a VM: agent, Windows services, programs, VSS writers, Linux scripts. */
import { z } from "zod";

export const vssWriterSchema = z.object({
  name: z.string(),
  state: z.enum(["Stable", "Failed"]),
  lastError: z.string().default("No error"),
});

const serviceSchema = z.object({
  name: z.string(),
  displayName: z.string(),
  startType: z.enum(["Automatic", "Manual", "Disabled"]),
  status: z.enum(["Running", "Stopped"]),
});

const programSchema = z.object({ name: z.string(), version: z.string() });

const windowsGuestSchema = z.object({
  services: z.array(serviceSchema),
  programs: z.array(programSchema),
  vssWriters: z.array(vssWriterSchema),
  /** Restore points that stay file-system consistent after a VSS failure. */
  fileSystemAttemptsLeft: z.number().int().min(0),
  registry: z.record(z.string(), z.string()),
});

const scriptSchema = z.object({
  path: z.string(),
  exitCode: z.number().int(),
  seconds: z.number().min(0),
  output: z.string(),
  exists: z.boolean(),
  mode: z.string(),
});

/** Configuration of the pre and post scripts, and the result of each. */
export const linuxScriptsSchema = z.object({
  configMode: z.string().default("600"),
  timeoutInSeconds: z.number().int().min(1).max(1800).default(30),
  continueBackupOnFailure: z.boolean().default(true),
  fsFreezeEnabled: z.boolean().default(true),
  pre: scriptSchema,
  post: scriptSchema,
});

export const guestSchema = z.object({
  osName: z.string(),
  osVersion: z.string(),
  agent: z.object({ status: z.enum(["Ready", "NotReady"]), version: z.string() }),
  windows: windowsGuestSchema.optional(),
  linux: z.object({ scripts: linuxScriptsSchema.optional() }).optional(),
});

export type Guest = z.infer<typeof guestSchema>;
export type WindowsGuest = z.infer<typeof windowsGuestSchema>;
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

/** A guest after its first boot from a marketplace image: the agent is ready, no backup was made. */
export function freshGuest(os: "Linux" | "Windows"): Guest {
  if (os === "Linux") {
    return {
      osName: "ubuntu",
      osVersion: "24.04",
      agent: { status: "Ready", version: "2.14.0.1" },
      linux: {},
    };
  }
  return {
    osName: "Windows Server 2022 Datacenter",
    osVersion: "10.0.20348.3207",
    agent: { status: "Ready", version: "2.7.41491.1172" },
    windows: {
      services: [
        { name: "VSS", displayName: "Volume Shadow Copy", startType: "Manual", status: "Stopped" },
        { name: "RdAgent", displayName: "RdAgent", startType: "Automatic", status: "Running" },
        {
          name: "WindowsAzureGuestAgent",
          displayName: "WindowsAzureGuestAgent",
          startType: "Automatic",
          status: "Running",
        },
      ],
      programs: [],
      vssWriters: stableWriters.map((name) => ({ name, state: "Stable", lastError: "No error" })),
      fileSystemAttemptsLeft: 0,
      registry: {},
    },
  };
}
