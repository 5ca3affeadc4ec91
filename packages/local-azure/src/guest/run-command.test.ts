import { expect, test } from "vitest";
import { freshGuest, linuxScriptsSchema } from "./model.ts";
import { commandStatuses, runScript } from "./run-command.ts";

test("services have the JSON of PowerShell", () => {
  const guest = freshGuest("Windows");
  const { stdout, stderr } = runScript(
    guest,
    "Get-Service VSS | Select-Object Name,StartType,Status | ConvertTo-Json\nGet-CimInstance Win32_Service -Filter \"Name='VSS'\" | ConvertTo-Json",
  );
  expect(JSON.parse(`[${stdout.replaceAll("\n", ",")}]`)).toEqual([
    { Name: "VSS", StartType: 3, Status: 1 },
    {
      Name: "VSS",
      DisplayName: "Volume Shadow Copy",
      StartMode: "Manual",
      State: "Stopped",
      StartName: "LocalSystem",
    },
  ]);
  expect(stderr).toBe("");
});

test("VSS writers are listed; unknown lines are reported on stderr", () => {
  const guest = freshGuest("Windows");
  const failed = guest.windows?.vssWriters.find(({ name }) => name === "WMI Writer");
  if (failed) Object.assign(failed, { state: "Failed", lastError: "Timed out" });
  const { stdout, stderr } = runScript(guest, "vssadmin list writers\nRestart-Computer");
  expect(stdout).toContain(
    "Writer name: 'Registry Writer'\n   Writer Id: {afbab4a2-367d-4d15-a586-71dbb18f8485}\n   State: [1] Stable\n   Last error: No error",
  );
  expect(stdout).toContain("   State: [8] Failed\n   Last error: Timed out");
  expect(stderr).toBe("The local guest cannot run: Restart-Computer");
});

test("the registry is written and read in both ways", () => {
  const guest = freshGuest("Windows");
  const key = String.raw`HKLM\SOFTWARE\Microsoft\BcdrAgent`;
  const set = runScript(guest, `reg add "${key}" /v USEVSSCOPYBACKUP /t REG_SZ /d TRUE /f`);
  expect(set).toEqual({ stdout: "The operation completed successfully.", stderr: "", exitCode: 0 });
  expect(runScript(guest, `reg query ${key} /v UseVssCopyBackup`).stdout).toContain(
    "USEVSSCOPYBACKUP    REG_SZ    TRUE",
  );
  const path = String.raw`HKLM:\SOFTWARE\Microsoft\BcdrAgent`;
  expect(
    JSON.parse(runScript(guest, `Get-ItemProperty -Path '${path}' -Name USEVSSCOPYBACKUP`).stdout),
  ).toEqual({ USEVSSCOPYBACKUP: "TRUE" });
  runScript(guest, `Set-ItemProperty -Path '${path}' -Name USEVSSCOPYBACKUP -Value FALSE`);
  expect(guest.windows?.registry).toEqual({ [String.raw`${key}\USEVSSCOPYBACKUP`]: "FALSE" });
  runScript(guest, `reg delete ${key} /v USEVSSCOPYBACKUP /f`);
  expect(runScript(guest, `reg query ${key} /v USEVSSCOPYBACKUP`).exitCode).toBe(1);
});

test("services are stopped and started; parameters are filled in", () => {
  const guest = freshGuest("Windows");
  runScript(guest, "Stop-Service -Name $name", {
    parameters: [{ name: "name", value: "MSDTC" }],
  });
  const msdtc = guest.windows?.services.find(({ name }) => name === "MSDTC");
  expect(msdtc?.status).toBe("Stopped");
  runScript(guest, "Set-Service MSDTC -StartupType Manual\nStart-Service MSDTC");
  expect(msdtc).toMatchObject({ status: "Running", startType: "Manual" });
  expect(runScript(guest, "Write-Output done\nexit 3\nWrite-Output never")).toEqual({
    stdout: "done",
    stderr: "",
    exitCode: 3,
  });
});

test("Linux reads its files and their modes; other commands end with 127", () => {
  const guest = freshGuest("Linux");
  const config = "/etc/azure/VMSnapshotScriptPluginConfig.json";
  expect(runScript(guest, `cat ${config}`)).toMatchObject({
    stderr: `cat: ${config}: No such file or directory\n`,
    exitCode: 1,
  });
  const script = { path: "/pre.sh", exitCode: 0, seconds: 0, output: "", exists: true, mode: "700" };
  guest.linux = {
    scripts: linuxScriptsSchema.parse({
      timeoutInSeconds: 30,
      preScriptNoOfRetries: 2,
      pre: script,
      post: { ...script, path: "/post.sh" },
    }),
    files: { "/opt/app.conf": { content: "x=1\n", mode: "640", owner: "app" } },
    fsfreeze: "works",
  };
  expect(JSON.parse(runScript(guest, `sudo cat ${config}`).stdout)).toEqual({
    pluginName: "ScriptRunner",
    preScriptLocation: "/pre.sh",
    postScriptLocation: "/post.sh",
    preScriptParams: [],
    postScriptParams: [],
    preScriptNoOfRetries: 2,
    postScriptNoOfRetries: 0,
    timeoutInSeconds: 30,
    continueBackupOnFailure: true,
    fsFreezeEnabled: true,
    ScriptsExecutionPollTimeSeconds: 3,
  });
  expect(runScript(guest, `stat -c '%a %U' ${config}; stat -c '%a %U' /opt/app.conf`).stdout).toBe(
    "600 root\n640 app\n",
  );
  expect(runScript(guest, "test -f /missing && echo yes\necho after").stdout).toBe("after\n");
  expect(runScript(guest, "apt-get update")).toEqual({
    stdout: "",
    stderr: "The local guest cannot run: apt-get update\n",
    exitCode: 127,
  });
});

test("the answer has one status on Linux and two on Windows, with the last 4,096 bytes", () => {
  const result = { stdout: "a".repeat(5000), stderr: "no\n", exitCode: 1 };
  const [linux, ...rest] = commandStatuses(freshGuest("Linux"), result);
  expect(rest).toEqual([]);
  expect(linux).toEqual({
    code: "ProvisioningState/succeeded",
    level: "Info",
    displayStatus: "Provisioning succeeded",
    message: `Enable succeeded: \n[stdout]\n${"a".repeat(4096)}\n[stderr]\nno\n`,
  });
  const windows = commandStatuses(freshGuest("Windows"), result);
  expect(windows.map(({ code, message }) => [code, message.length])).toEqual([
    ["ComponentStatus/StdOut/succeeded", 4096],
    ["ComponentStatus/StdErr/succeeded", 3],
  ]);
});
