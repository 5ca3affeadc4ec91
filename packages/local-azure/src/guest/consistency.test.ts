import { expect, test } from "vitest";
import { installVmSnapshot, linuxOutcome, windowsOutcome } from "./consistency.ts";
import { freshGuest, type LinuxScripts, type WindowsGuest } from "./model.ts";

function windows(): WindowsGuest {
  const guest = freshGuest("Windows").windows;
  if (!guest) throw new Error("The fresh guest is not a Windows guest");
  return guest;
}

const script = { path: "/opt/script.sh", exitCode: 0, seconds: 1, output: "", exists: true, mode: "700" };
const scripts = (change: Partial<LinuxScripts> = {}): LinuxScripts => ({
  configMode: "600",
  timeoutInSeconds: 30,
  continueBackupOnFailure: true,
  fsFreezeEnabled: true,
  pre: script,
  post: script,
  ...change,
});

test("Windows: stable writers give application consistency; one failed writer does not", () => {
  const guest = windows();
  expect(windowsOutcome(guest, false)).toEqual({
    consistency: "ApplicationConsistent",
    fileSystemAttemptsLeft: 0,
  });
  const [first] = guest.vssWriters;
  if (first) first.state = "Failed";
  expect(windowsOutcome(guest, false)).toEqual({
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

test.each<[string, LinuxScripts | undefined, object]>([
  ["no scripts", undefined, { consistency: "FileSystemConsistent" }],
  ["both succeed", scripts(), { consistency: "ApplicationConsistent" }],
  ["pre fails", scripts({ pre: { ...script, exitCode: 1 } }), { consistency: "FileSystemConsistent" }],
  ["post fails", scripts({ post: { ...script, exitCode: 2 } }), { consistency: "FileSystemConsistent" }],
  ["script timeout", scripts({ pre: { ...script, seconds: 31 } }), { consistency: "FileSystemConsistent" }],
  [
    "missing script",
    scripts({ post: { ...script, exists: false } }),
    { consistency: "FileSystemConsistent" },
  ],
  ["readable script", scripts({ pre: { ...script, mode: "755" } }), { consistency: "FileSystemConsistent" }],
  ["readable configuration", scripts({ configMode: "644" }), { consistency: "FileSystemConsistent" }],
  [
    "without freeze",
    scripts({ fsFreezeEnabled: false, pre: { ...script, exitCode: 1 } }),
    { consistency: "CrashConsistent" },
  ],
])("Linux: %s", (_, given, expected) => {
  expect(linuxOutcome(given)).toEqual(expected);
});

test("Linux: with continueBackupOnFailure off, a failure has Azure's error name", () => {
  const failing = scripts({ continueBackupOnFailure: false, post: { ...script, seconds: 99 } });
  const outcome = linuxOutcome(failing);
  expect("failure" in outcome ? outcome.failure : "").toMatch(/^Post-ScriptTimeout: /);
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
