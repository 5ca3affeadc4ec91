import { expect, test } from "vitest";
import { refuseCondition } from "./conditions.ts";
import { installVmSnapshot, linuxOutcome, logVssBackup, windowsOutcome } from "./consistency.ts";
import { freshGuest, type LinuxScripts, linuxScriptsSchema, type WindowsGuest } from "./model.ts";

function windows(): WindowsGuest {
  const guest = freshGuest("Windows").windows;
  if (!guest) throw new Error("The fresh guest is not a Windows guest");
  return guest;
}

const script = {
  path: "/opt/script.sh",
  exitCode: 0,
  seconds: 1,
  output: "",
  exists: true,
  mode: "700",
  owner: "root",
};
const scripts = (change: Partial<LinuxScripts> = {}): LinuxScripts => ({
  ...linuxScriptsSchema.parse({ pre: script, post: script }),
  ...change,
});
const failure = (given: LinuxScripts | undefined, fsfreeze: "works" | "fails" | "times-out" = "works") => {
  const result = outcome(given, fsfreeze);
  return "failure" in result ? result.failure.split(":")[0] : result.consistency;
};
const outcome = (given: LinuxScripts | undefined, fsfreeze: "works" | "fails" | "times-out" = "works") =>
  linuxOutcome(
    { ...freshGuest("Linux"), linux: { files: {}, ...(given ? { scripts: given } : {}), fsfreeze } },
    Date.UTC(2026, 5, 1),
  );

test("Windows: application consistency; a VSS failure during the snapshot degrades it", () => {
  const guest = windows();
  expect(windowsOutcome(guest, false)).toEqual({
    consistency: "ApplicationConsistent",
    fileSystemAttemptsLeft: 0,
  });
  expect(windowsOutcome(guest, true)).toEqual({
    consistency: "FileSystemConsistent",
    fileSystemAttemptsLeft: 3,
  });
});

test("Windows: attempts after a failure count down; a new failure restarts the count", () => {
  const guest = { ...windows(), fileSystemAttemptsLeft: 2 };
  expect(windowsOutcome(guest, false)).toEqual({
    consistency: "FileSystemConsistent",
    fileSystemAttemptsLeft: 1,
  });
  expect(windowsOutcome(guest, true)).toEqual({
    consistency: "FileSystemConsistent",
    fileSystemAttemptsLeft: 3,
  });
});

test.each<[string, (guest: WindowsGuest) => void, string]>([
  [
    "a writer that is not stable",
    (guest) => Object.assign(guest.vssWriters[0] ?? {}, { state: "Waiting for completion" }),
    "VSS Writers in bad state",
  ],
  [
    "COM+ disabled",
    (guest) =>
      Object.assign(guest.services.find(({ name }) => name === "COMSysApp") ?? {}, { startType: "Disabled" }),
    "due to COM+ error",
  ],
  [
    "MSDTC stopped",
    (guest) =>
      Object.assign(guest.services.find(({ name }) => name === "MSDTC") ?? {}, { status: "Stopped" }),
    "Distributed Transaction Coordinator",
  ],
  [
    "MSDTC under another account",
    (guest) =>
      Object.assign(guest.services.find(({ name }) => name === "MSDTC") ?? {}, { logOnAs: "LocalSystem" }),
    "Distributed Transaction Coordinator",
  ],
])("Windows: %s fails a restore point that uses the guest, and no other", (_, change, sentence) => {
  const guest = freshGuest("Windows");
  expect(() => refuseCondition(guest, "guest")).not.toThrow();
  if (guest.windows) change(guest.windows);
  expect(() => refuseCondition(guest, "guest")).toThrow(sentence);
  expect(() => refuseCondition(guest, "platform")).not.toThrow();
});

test("a backup is logged as full, and as a copy when the registry says so", () => {
  const guest = windows();
  logVssBackup(guest, 1000);
  guest.registry[String.raw`HKLM\SOFTWARE\Microsoft\BcdrAgent\USEVSSCOPYBACKUP`] = "TRUE";
  logVssBackup(guest, 2000);
  expect(guest.events.map(({ message }) => /VSS_BT_\w+/.exec(message)?.[0])).toEqual([
    "VSS_BT_FULL",
    "VSS_BT_COPY",
  ]);
});

const application = { consistency: "ApplicationConsistent" };
const fileSystem = { consistency: "FileSystemConsistent" };

test.each<[string, LinuxScripts | undefined, object]>([
  ["no scripts", undefined, fileSystem],
  ["both succeed", scripts(), application],
  ["pre fails", scripts({ pre: { ...script, exitCode: 1 } }), fileSystem],
  ["post fails with a warning", scripts({ post: { ...script, exitCode: 2 } }), fileSystem],
  ["script timeout", scripts({ pre: { ...script, seconds: 31 } }), fileSystem],
  ["missing script", scripts({ post: { ...script, exists: false } }), fileSystem],
  ["readable script", scripts({ pre: { ...script, mode: "755" } }), fileSystem],
  ["script of another user", scripts({ pre: { ...script, owner: "oracle" } }), fileSystem],
  ["readable configuration", scripts({ configMode: "644" }), fileSystem],
  ["configuration of another user", scripts({ configOwner: "oracle" }), fileSystem],
  [
    "a retry succeeds",
    scripts({ pre: { ...script, exitCodes: [1, 0] }, preScriptNoOfRetries: 1 }),
    application,
  ],
  [
    "all retries fail",
    scripts({ pre: { ...script, exitCodes: [1, 1, 0] }, preScriptNoOfRetries: 1 }),
    fileSystem,
  ],
  [
    "retries share the time-out",
    scripts({ pre: { ...script, seconds: 20, exitCodes: [1, 0] }, preScriptNoOfRetries: 1 }),
    fileSystem,
  ],
  ["without freeze, both succeed", scripts({ fsFreezeEnabled: false }), application],
])("Linux: %s", (_, given, expected) => {
  expect(outcome(given)).toEqual(expected);
});

test.each<[string, Partial<LinuxScripts>]>([
  ["Pre-ScriptExecutionFailed", { pre: { ...script, exitCode: 1 } }],
  ["Post-ScriptExecutionFailed", { post: { ...script, exitCode: 1 } }],
  ["Pre-ScriptNotFound", { pre: { ...script, exists: false } }],
  ["Post-ScriptNotFound", { post: { ...script, exists: false } }],
  ["InsufficientPermissionforPre-Script", { pre: { ...script, mode: "750" } }],
  ["InsufficientPermissionforPost-Script", { post: { ...script, mode: "750" } }],
  ["Pre-ScriptTimeout", { pre: { ...script, seconds: 99 } }],
  ["Post-ScriptTimeout", { post: { ...script, seconds: 99 } }],
  ["IncorrectJSONConfigFile", { configValid: false }],
  ["IncorrectPluginhostFile", { pluginHost: { valid: false, timeoutInSeconds: 1800 } }],
])("Linux: with continueBackupOnFailure off, or without freeze, it fails as %s", (name, change) => {
  const failing = [
    scripts({ continueBackupOnFailure: false, ...change }),
    scripts({ fsFreezeEnabled: false, ...change }),
  ];
  for (const given of failing) expect(failure(given)).toBe(name);
});

test("Linux: a freeze that fails fails the restore point, unless scripts replace the freeze", () => {
  expect(failure(undefined, "fails")).toBe("UserErrorFsFreezeFailed");
  expect(failure(scripts(), "times-out")).toBe("UserErrorFsFreezeFailed");
  expect(outcome(scripts({ fsFreezeEnabled: false }), "fails")).toEqual(application);
});

test("installVmSnapshot is idempotent, and leaves a disabled VSS disabled", () => {
  const guest = windows();
  installVmSnapshot(guest);
  const once = structuredClone(guest);
  installVmSnapshot(guest);
  expect(guest).toEqual(once);
  expect(guest.services.find(({ name }) => name === "VSS")?.startType).toBe("Automatic");
  const disabled = windows();
  const vss = disabled.services.find(({ name }) => name === "VSS");
  if (vss) vss.startType = "Disabled";
  installVmSnapshot(disabled);
  expect(vss?.startType).toBe("Disabled");
});
