/** The scripts for guests, run by the shell of this machine with other paths, and judged as the engine does. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import {
  judgeScriptFiles,
  judgeScriptsOutcome,
  type LinuxScripts,
  outcomeDirectory,
  type PlacedScripts,
  placedPath,
  type ScriptFinding,
  type ScriptsOutcome,
} from "@kluis/domain";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { checkScript, outcomeScript, placeScript, removeScript } from "./guest-script-texts.ts";
import { parseGuestAnswer, scriptFilesOf, scriptOutcomeOf } from "./guest-scripts.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kluis-guest-"));
  for (const one of ["etc/azure", "var/lib", "var/log"]) mkdirSync(join(root, one), { recursive: true });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const config = (): string => join(root, "etc/azure/VMSnapshotScriptPluginConfig.json");

/** The exact text, with the directories of the guest below `root` and the user of this process as its root. */
function inGuest(text: string): string {
  const { username } = userInfo();
  return text
    .replaceAll("/etc/azure", `${root}/etc/azure`)
    .replaceAll("/var/log", `${root}/var/log`)
    .replaceAll("/var/lib", `${root}/var/lib`)
    .replaceAll("root:root", username)
    .replaceAll("= root ]", `= ${username} ]`);
}

function run(script: readonly string[]) {
  const text = inGuest(script.join("\n")).replaceAll(/'([A-Za-z0-9+/=]{200,})' \|\|/g, (_, data: string) => {
    const mapped = inGuest(Buffer.from(data, "base64").toString());
    return `'${Buffer.from(mapped).toString("base64")}' ||`;
  });
  // The digests are those of the files with the paths of the guest.
  const loose = text.replaceAll(/ && \[ "\$\(sum "\$1"\)" = "\$3" \] && say/g, " && say");
  const { stdout, stderr } = spawnSync("sh", ["-c", loose], { encoding: "utf8" });
  return { answer: parseGuestAnswer("vm", { value: [{ message: stdout }] }), stderr };
}

const asRoot = (text: string | null): string | null => (text === userInfo().username ? "root" : text);

function filesAfter(script: readonly string[], scripts: LinuxScripts): ScriptFinding[] {
  const report = scriptFilesOf(run(script).answer);
  const owned = <F extends { readonly owner: string | null; readonly path: string }>(file: F): F => ({
    ...file,
    owner: asRoot(file.owner),
    path: file.path.replace(root, ""),
  });
  return judgeScriptFiles(
    {
      ...report,
      config: owned(report.config),
      host: owned(report.host),
      pre: report.pre && owned(report.pre),
      post: report.post && owned(report.post),
      configText: report.configText?.replaceAll(root, "") ?? null,
    },
    scripts,
  );
}

const scripts = (pre: string, post = "exit 0"): PlacedScripts => ({
  from: "policy",
  pre: { text: pre, parameters: ["a b"], retries: 0 },
  post: { text: post, parameters: [], retries: 0 },
  timeoutSeconds: 60,
  continueOnFailure: true,
  fsFreeze: true,
});

const outcome = (of: PlacedScripts): ScriptsOutcome =>
  judgeScriptsOutcome(scriptOutcomeOf(run(outcomeScript).answer), {
    scripts: of,
    sinceSeconds: 60,
    paths: { pre: placedPath("pre"), post: placedPath("post") },
  });

test("scripts are placed with their modes, run by their own first line, and removed", () => {
  const wanted = scripts("#!/bin/sh\necho \"pre $1 and 'quotes' $HOME\"; exit 0\n", "echo post; exit 7");
  expect(filesAfter(placeScript(wanted), wanted)).toEqual([]);
  expect((statSync(config()).mode & 0o777).toString(8)).toBe("600");
  const { preScriptLocation, preScriptParams } = z
    .object({ preScriptLocation: z.string(), preScriptParams: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(config(), "utf8")));
  expect((statSync(preScriptLocation).mode & 0o777).toString(8)).toBe("700");
  const pre = spawnSync("sh", [preScriptLocation, ...preScriptParams], { encoding: "utf8" });
  expect(pre).toMatchObject({ status: 0, stdout: "" });
  expect(spawnSync("sh", [join(root, placedPath("post"))]).status).toBe(7);
  const result = outcome(wanted);
  expect(result.runs[0]?.output).toContain("pre a b and 'quotes'");
  expect(result).toMatchObject({
    succeeded: false,
    findings: [{ problem: "post-failed", path: placedPath("post") }],
    runs: [
      { script: "pre", exitCode: 0 },
      { script: "post", exitCode: 7, output: "post\n" },
    ],
  });
  expect(filesAfter(removeScript, wanted)).toEqual([
    { problem: "config-not-found", path: "/etc/azure/VMSnapshotScriptPluginConfig.json" },
  ]);
  expect(() => statSync(join(root, "etc/azure/kluis"))).toThrow("ENOENT");
});

/** What another user of the guest may prepare where Kluis keeps the outcome. */
function linkOutcome(): string {
  const elsewhere = join(root, "elsewhere");
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(root, outcomeDirectory));
  return elsewhere;
}

test("the outcome is kept where only root can create", () => {
  expect(outcomeDirectory).toMatch(/^\/var\/lib\/[a-z-]+$/);
  run(placeScript(scripts("exit 0")));
  expect((statSync(join(root, outcomeDirectory)).mode & 0o777).toString(8)).toBe("700");
});

test("an outcome directory that is a link is refused, and nothing is written or read through it", () => {
  const elsewhere = linkOutcome();
  const wanted = scripts("exit 0");
  expect(filesAfter(placeScript(wanted), wanted)).toEqual([
    { problem: "not-written", path: join(root, outcomeDirectory) },
  ]);
  writeFileSync(join(elsewhere, "pre.result"), "1 2 0\n");
  writeFileSync(join(elsewhere, "pre.out"), "a file of root\n");
  expect(scriptOutcomeOf(run(outcomeScript).answer).pre).toMatchObject({
    startedAgoSeconds: null,
    output: "",
  });
});

test("a script whose outcome has no safe place runs, and leaves nothing", () => {
  const ran = join(root, "ran");
  run(placeScript(scripts(`touch ${ran}; echo secret; exit 4`)));
  rmSync(join(root, outcomeDirectory), { recursive: true });
  const elsewhere = linkOutcome();
  expect(spawnSync("sh", [join(root, placedPath("pre"))])).toMatchObject({ status: 4 });
  expect(statSync(ran).isFile()).toBe(true);
  expect(readdirSync(elsewhere)).toEqual([]);
});

test("a log that another user may have put there is not read", () => {
  const log = join(root, "var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux");
  mkdirSync(log, { recursive: true });
  writeFileSync(join(root, "other"), "2026/01/01 00:00:00 Prescript of a file of root\n");
  symlinkSync(join(root, "other"), join(log, "extension.log"));
  expect(scriptOutcomeOf(run(outcomeScript).answer).log).toEqual([]);
  rmSync(join(log, "extension.log"));
  writeFileSync(join(log, "extension.log"), "2026/01/01 00:00:00 Prescript of the framework\n");
  expect(scriptOutcomeOf(run(outcomeScript).answer).log).toHaveLength(1);
});

test("placing again writes nothing, and corrects modes", () => {
  const wanted = scripts("exit 0");
  run(placeScript(wanted));
  const script = join(root, placedPath("pre"));
  chmodSync(script, 0o755);
  const before = statSync(config()).mtimeMs;
  expect(filesAfter(checkScript, wanted)).toMatchObject([{ problem: "pre-permission" }]);
  expect(filesAfter(placeScript(wanted), wanted)).toEqual([]);
  expect((statSync(script).mode & 0o777).toString(8)).toBe("700");
  expect(statSync(config()).mtimeMs).toBeGreaterThanOrEqual(before);
});

test("a configuration of someone else stays as it is, and is named", () => {
  const own = JSON.stringify({
    pluginName: "ScriptRunner",
    preScriptLocation: "/opt/pre.sh",
    postScriptLocation: "/opt/post.sh",
  });
  writeFileSync(config(), own, { mode: 0o600 });
  const wanted = scripts("exit 0");
  expect(filesAfter(placeScript(wanted), wanted)).toMatchObject([{ problem: "config-foreign" }]);
  run(removeScript);
  expect(readFileSync(config(), "utf8")).toBe(own);
});

test.each<[string, string, string[]]>([
  ["no JSON", "{", ["config-invalid"]],
  ["no paths", "{}", ["config-invalid"]],
  [
    "relative paths",
    '{"preScriptLocation":"pre.sh","postScriptLocation":"/no/post.sh"}',
    ["pre-path-relative", "post-not-found"],
  ],
  [
    "another plug-in",
    '{"pluginName":"x","preScriptLocation":"/a","postScriptLocation":"/b"}',
    ["config-plugin-name"],
  ],
  [
    "paths with control characters",
    String.raw`{"preScriptLocation":"a\u001b[2J","postScriptLocation":"/b\u0000"}`,
    ["config-invalid"],
  ],
  ["too large", `{"a":"${"x".repeat(2_000)}"}`, ["config-too-large"]],
])("a configuration of the owner: %s", (_, text, problems) => {
  writeFileSync(config(), text, { mode: 0o600 });
  expect(filesAfter(checkScript, { from: "guest" }).map(({ problem }) => problem)).toEqual(problems);
});

const answerOf = (...lines: string[]) =>
  parseGuestAnswer("vm", { value: [{ message: [...lines, "kluis:end"].join("\n") }] });

test.each([
  "kluis:pre 100 x y",
  "kluis:pre 100 110 0.5",
  "kluis:pre 100 110 1e300",
  "kluis:pre 100 Infinity 0",
  "kluis:pre 1e999 110 0",
  "kluis:pre NaN",
])("numbers that no script leaves do not count: %s", (line) => {
  const { pre } = scriptOutcomeOf(answerOf("kluis:now 120", line));
  for (const value of [pre.startedAgoSeconds, pre.seconds, pre.exitCode])
    expect(value === null || Number.isSafeInteger(value)).toBe(true);
  expect(pre).toMatchObject({ exitCode: null, seconds: null });
});

test("without the time of the guest no script ran", () => {
  expect(scriptOutcomeOf(answerOf("kluis:now x", "kluis:pre 100 110 0")).pre.startedAgoSeconds).toBeNull();
});

test("control characters of the guest reach neither a path nor a terminal", () => {
  const { pre, wrote } = scriptFilesOf(
    answerOf("kluis:pre file root 700 abc /a\u001b]0;x\u0007b", "kluis:wrote /c\u009b2J"),
  );
  expect([pre?.path, ...wrote]).toEqual(["/a]0;xb", "/c2J"]);
});

test("an answer that is not whole is an error", () => {
  expect(() => parseGuestAnswer("vm", { value: [{ message: "kluis:config missing" }] })).toThrow(
    "Kluis could not read the guest's answer",
  );
});
