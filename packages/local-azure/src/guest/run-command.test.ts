import { expect, test } from "vitest";
import { freshGuest } from "./model.ts";
import { runScript } from "./run-command.ts";

test("services have the JSON of PowerShell", () => {
  const guest = freshGuest("Windows");
  const { stdout, stderr } = runScript(
    guest,
    "Get-Service VSS | Select-Object Name,StartType,Status | ConvertTo-Json\nGet-CimInstance Win32_Service -Filter \"Name='VSS'\" | ConvertTo-Json",
  );
  expect(JSON.parse(`[${stdout.replaceAll("\n", ",")}]`)).toEqual([
    { Name: "VSS", StartType: 3, Status: 1 },
    { Name: "VSS", DisplayName: "Volume Shadow Copy", StartMode: "Manual", State: "Stopped" },
  ]);
  expect(stderr).toBe("");
});

test("VSS writers are listed; unknown lines are reported on stderr", () => {
  const guest = freshGuest("Windows");
  const { stdout, stderr } = runScript(guest, "vssadmin list writers\nRestart-Computer");
  expect(stdout).toContain("Writer name: 'Registry Writer'\n   State: [1] Stable");
  expect(stderr).toBe("The local guest cannot run: Restart-Computer");
});

test("Linux answers only for the configuration of pre and post scripts", () => {
  const guest = freshGuest("Linux");
  const read = "cat /etc/azure/VMSnapshotScriptPluginConfig.json";
  expect(runScript(guest, read).stderr).toContain("No such file");
  const script = { path: "/pre.sh", exitCode: 0, seconds: 0, output: "", exists: true, mode: "700" };
  guest.linux = {
    scripts: {
      configMode: "600",
      timeoutInSeconds: 30,
      continueBackupOnFailure: false,
      fsFreezeEnabled: true,
      pre: script,
      post: { ...script, path: "/post.sh" },
    },
  };
  expect(JSON.parse(runScript(guest, read).stdout)).toMatchObject({
    pluginName: "ScriptRunner",
    preScriptLocation: "/pre.sh",
    continueBackupOnFailure: false,
  });
  expect(runScript(guest, "rm -rf /").stderr).toContain("cannot run");
});
