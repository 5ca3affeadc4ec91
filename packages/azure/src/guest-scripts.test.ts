/** The scripts for guests, run by the shell of this machine with other paths, and judged as the engine does. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import {
  judgeScriptFiles,
  judgeScriptsOutcome,
  type LinuxScripts,
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
  for (const one of ["etc/azure", "var/log"]) mkdirSync(join(root, one), { recursive: true });
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
    .replaceAll("root:root", username);
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
  ["too large", `{"a":"${"x".repeat(2_000)}"}`, ["config-too-large"]],
])("a configuration of the owner: %s", (_, text, problems) => {
  writeFileSync(config(), text, { mode: 0o600 });
  expect(filesAfter(checkScript, { from: "guest" }).map(({ problem }) => problem)).toEqual(problems);
});

test("an answer that is not whole is an error", () => {
  expect(() => parseGuestAnswer("vm", { value: [{ message: "kluis:config missing" }] })).toThrow(
    "Kluis could not read the guest's answer",
  );
});
