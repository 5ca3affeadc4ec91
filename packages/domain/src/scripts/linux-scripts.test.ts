import { array, assert, constantFrom, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { planConsistency } from "../capture/consistency.ts";
import { chooseRung, rungFailureOf, rungNotice } from "../capture/consistency-ladder.ts";
import { KluisError } from "../errors/errors.ts";
import { noticeText } from "../notices/notices.ts";
import { type LinuxScripts, linuxScriptsSchema, type PlacedScripts } from "./linux-scripts.ts";
import { changesRootCode, placedFiles, scriptsByDigest } from "./placed-scripts.ts";
import { redactOutput } from "./redact-output.ts";
import { judgeScriptFiles, type ScriptFilesReport } from "./script-check.ts";
import { judgeScriptsOutcome, type ScriptOutcomeReport, type ScriptTrace } from "./script-outcome.ts";
import { scriptProblemCode, scriptProblemIn, scriptProblems } from "./script-problems.ts";
import { findingNotice, scriptNotices } from "./script-state.ts";
import {
  scriptCheckDue,
  scriptWorkDue,
  stateAfterCheck,
  stateBeforePlacing,
  stateUnreachable,
} from "./script-work.ts";

const script = { text: "exit 0", parameters: [], retries: 0 };
const placed: PlacedScripts = {
  from: "policy",
  pre: script,
  post: script,
  timeoutSeconds: 60,
  continueOnFailure: true,
  fsFreeze: true,
};
const file = (path: string, part: object = {}) => ({
  path,
  isFile: true,
  owner: "root",
  mode: path.endsWith(".sh") ? "700" : "600",
  sha256: "0",
  ...part,
});
const config = "/etc/azure/VMSnapshotScriptPluginConfig.json";
const report = (part: Partial<ScriptFilesReport> = {}): ScriptFilesReport => ({
  config: file(config),
  configText: '{"preScriptLocation":"/opt/a.sh","postScriptLocation":"/opt/b.sh"}',
  host: file("/etc/azure/VMSnapshotPluginHost.conf"),
  pre: file("/opt/a.sh"),
  post: file("/opt/b.sh"),
  wrote: [],
  isForeign: false,
  failedPath: null,
  ...part,
});

describe("the text of a script", () => {
  test.each<[string, boolean]>([
    ["exit 0", true],
    ["#!/bin/bash\nexit 0\n", true],
    ["a\r\nb", false],
    ["a\0b", false],
    ["  \n", false],
    ["x".repeat(16 * 1024), true],
    ["x".repeat(16 * 1024 + 1), false],
    ["é".repeat(8 * 1024 + 1), false],
  ])("%j", (text, isValid) => {
    expect(linuxScriptsSchema.safeParse({ ...placed, pre: { ...script, text } }).success).toBe(isValid);
  });

  test("parameters are single lines; the time limit is Azure's", () => {
    const parameters = ["a\nb"];
    expect(linuxScriptsSchema.safeParse({ ...placed, pre: { ...script, parameters } }).success).toBe(false);
    expect(linuxScriptsSchema.safeParse({ ...placed, timeoutSeconds: 1801 }).success).toBe(false);
  });

  test("any script gets into the files unchanged, and the ledger has its digest only", () => {
    assert(
      property(string({ minLength: 1 }), (text) => {
        const scripts = { ...placed, pre: { ...script, text } };
        const body = placedFiles(scripts).find(({ path }) => path.endsWith("pre.body"));
        expect(body?.content.replace(/\n$/, "")).toBe(text.replace(/\n$/, ""));
        expect(placedFiles(scripts).at(-1)?.path).toBe(config);
        expect(scriptsByDigest(scripts)["pre"]).not.toHaveProperty("text");
      }),
    );
  });

  test("a change of any setting of placed scripts changes code of root; the guest's own do not", () => {
    const level = (linuxScripts?: LinuxScripts, wanted: "application" | "crash" = "application") =>
      ({ wanted, otherwise: "continue", vss: "full", linuxScripts }) as const;
    expect(changesRootCode(level(placed), level({ ...placed }))).toBe(false);
    expect(changesRootCode(level(placed), level({ ...placed, timeoutSeconds: 61 }))).toBe(true);
    expect(changesRootCode(level(), level(placed))).toBe(true);
    expect(changesRootCode(undefined, level(placed))).toBe(true);
    expect(changesRootCode(level(placed), level({ from: "guest" }))).toBe(true);
    expect(changesRootCode(undefined, level({ from: "guest" }))).toBe(false);
    expect(changesRootCode(level(placed), level(placed, "crash"))).toBe(false);
    expect(changesRootCode(level(placed, "crash"), level(placed))).toBe(true);
  });
});

describe("files in the guest", () => {
  const own: LinuxScripts = { from: "guest" };
  test.each<[string, Partial<ScriptFilesReport>, string[]]>([
    ["all right", {}, []],
    ["no configuration", { config: { ...file(config), isFile: false } }, ["config-not-found"]],
    ["readable configuration", { config: file(config, { mode: "644" }) }, ["config-permission"]],
    ["configuration of another user", { config: file(config, { owner: "app" }) }, ["config-owner"]],
    ["unparsable", { configText: "{" }, ["config-invalid"]],
    ["too large", { configText: null }, ["config-too-large"]],
    ["group may write", { pre: file("/opt/a.sh", { mode: "770" }) }, ["pre-permission"]],
    ["script of another user", { post: file("/opt/b.sh", { owner: "app" }) }, ["post-permission"]],
    ["missing script", { pre: null }, ["pre-not-found"]],
    ["path with escapes", { post: file("/opt/c.sh") }, ["post-not-found"]],
    ["host of another user", { host: file("/h", { owner: "app" }) }, ["host-config-owner"]],
    ["host readable", { host: file("/h", { mode: "640" }) }, ["host-config-permission"]],
    ["host missing: the extension has its own", { host: { ...file("/h"), isFile: false } }, []],
    ["not written", { failedPath: "/etc/azure/kluis" }, ["not-written"]],
  ])("%s", (_, part, problems) => {
    expect(judgeScriptFiles(report(part), own).map(({ problem }) => problem)).toEqual(problems);
  });

  test("a configuration of someone else is not Kluis's", () => {
    expect(judgeScriptFiles(report(), placed)).toEqual([{ problem: "config-foreign", path: config }]);
  });

  test("every problem has a sentence with its path, and Azure's names and codes lead to one", () => {
    for (const problem of scriptProblems)
      expect(noticeText(findingNotice({ problem, path: "/the/path" }))).toContain("/the/path");
    const codes = scriptProblems.flatMap((problem) => scriptProblemCode(problem) ?? []);
    expect(codes).toEqual(Array.from({ length: 19 }, (_, at) => 300 + at));
    expect(scriptProblemIn("x StatusCode.FailedPrepostPostScriptTimeout, y")).toBe("post-timeout");
    expect(scriptProblemIn("InsufficientPermissionforPre-Script: x")).toBe("pre-permission");
    expect(scriptProblemIn("Snapshot failed")).toBeNull();
  });
});

describe("what scripts did", () => {
  const trace = (part: Partial<ScriptTrace> = {}): ScriptTrace => ({
    startedAgoSeconds: 30,
    seconds: 2,
    exitCode: 0,
    output: "done",
    ...part,
  });
  const left = (part: Partial<ScriptOutcomeReport> = {}): ScriptOutcomeReport => ({
    pre: trace(),
    post: trace(),
    log: [],
    now: ["2026/06/01 12:00:30"],
    ...part,
  });
  const paths = { pre: "/pre", post: "/post" };
  const judge = (part: Partial<ScriptOutcomeReport>, scripts: LinuxScripts = placed) => {
    const { succeeded, findings } = judgeScriptsOutcome(left(part), { scripts, sinceSeconds: 60, paths });
    return succeeded ? [] : findings.map(({ problem }) => problem);
  };

  test.each<[string, Partial<ScriptOutcomeReport>, string[]]>([
    ["both succeed", {}, []],
    ["pre fails", { pre: trace({ exitCode: 3 }) }, ["pre-failed"]],
    ["post fails", { post: trace({ exitCode: 1 }) }, ["post-failed"]],
    ["pre still runs", { pre: trace({ exitCode: null, seconds: null }) }, ["pre-timeout"]],
    ["post ended too late", { post: trace({ seconds: 61 }) }, ["post-timeout"]],
    [
      "an earlier run",
      { pre: trace({ startedAgoSeconds: 900 }), post: trace({ startedAgoSeconds: 900 }) },
      ["not-run"],
    ],
    ["only pre ran", { post: trace({ startedAgoSeconds: null }) }, ["not-run"]],
    [
      "the framework refused",
      {
        pre: trace({ startedAgoSeconds: null }),
        post: trace({ startedAgoSeconds: null }),
        log: ["2026/06/01 12:00:10 x StatusCode.FailedPrepostPreScriptPermissionError,"],
      },
      ["pre-permission"],
    ],
  ])("placed scripts: %s", (_, part, problems) => {
    expect(judge(part)).toEqual(problems);
  });

  const line = (time: string, text: string) => `2026/06/01 ${time} [x] ${text}`;
  test.each<[string, string[], string[]]>([
    [
      "both",
      [
        line("12:00:00", "Prescript for A successfully executed."),
        line("12:00:05", "Postscript for A successfully executed."),
      ],
      [],
    ],
    [
      "pre fails",
      [
        line("12:00:00", "Prescript for A failed with error code: 4 ."),
        line("12:00:05", "Postscript for A successfully executed."),
      ],
      ["pre-failed"],
    ],
    [
      "post is late",
      [
        line("12:00:00", "Prescript for A successfully executed."),
        line("12:00:05", "Postscript for A timed out."),
      ],
      ["post-timeout"],
    ],
    [
      "yesterday",
      [
        "2026/05/31 12:00:00 [x] Prescript for A successfully executed.",
        "2026/05/31 12:00:09 [x] Postscript for A successfully executed.",
      ],
      ["not-run"],
    ],
    ["no log", [], ["not-run"]],
  ])("the guest's own scripts: %s", (_, log, problems) => {
    expect(judge({ log }, { from: "guest" })).toEqual(problems);
  });
});

describe("when to look", () => {
  const now = new Date("2026-06-10T00:00:00Z");
  const checked = (part: object = {}) => ({
    ...stateAfterCheck(undefined, { scripts: placed, report: report(), findings: [], at: now }),
    ...part,
  });
  test("after a change, after seven days, after a problem; and to remove what was placed", () => {
    expect(scriptWorkDue(undefined, undefined, now)).toBeNull();
    expect(scriptWorkDue(undefined, placed, now)).toBe("place");
    expect(scriptWorkDue(undefined, { from: "guest" }, now)).toBe("check");
    expect(scriptWorkDue(checked(), placed, now)).toBeNull();
    expect(scriptWorkDue(checked(), { ...placed, fsFreeze: false }, now)).toBe("place");
    expect(scriptWorkDue(checked(), placed, new Date("2026-06-17T00:00:00Z"))).toBe("place");
    expect(scriptWorkDue(checked({ recheck: true }), placed, now)).toBe("place");
    expect(scriptWorkDue(stateUnreachable(checked(), placed, "403"), placed, now)).toBe("place");
    expect(scriptWorkDue(stateBeforePlacing(undefined), undefined, now)).toBe("remove");
    expect(scriptWorkDue(checked({ placed: true }), { from: "guest" }, now)).toBe("remove");
    // A removal that failed does not keep the scripts of the guest itself from their check.
    expect(scriptCheckDue(checked({ placed: true }), { from: "guest" }, now)).toBe("check");
    expect(scriptCheckDue(checked({ placed: true }), undefined, now)).toBeNull();
  });

  test("the page of the VM says the state in one sentence, or each problem", () => {
    expect(scriptNotices(undefined)).toEqual([]);
    expect(scriptNotices(checked()).map(({ code }) => code)).toEqual(["guest-scripts-placed-ready"]);
    const findings = [{ problem: "pre-not-found", path: "/a" }];
    expect(scriptNotices(checked({ findings })).map(({ code }) => code)).toEqual(["script-pre-not-found"]);
    expect(scriptNotices(stateUnreachable(undefined, placed, "403 no")).map(({ code }) => code)).toEqual([
      "guest-scripts-unreachable",
    ]);
  });
});

describe("the ladder", () => {
  const guest = { osType: "linux", powerState: "running", agentState: "ready" } as const;
  const seen = { ...guest, canCrash: true, canSnapshotDisks: false };
  const rules = { wanted: "application", otherwise: "continue", vss: "full" } as const;

  test("scripts make a running Linux VM application-consistent, and nothing else does", () => {
    expect(planConsistency(guest, rules).wanted).toBe("file");
    expect(planConsistency(guest, { ...rules, linuxScripts: { from: "guest" } }).wanted).toBe("application");
    const off = { ...guest, powerState: "stopped" } as const;
    expect(planConsistency(off, { ...rules, linuxScripts: placed }).wanted).toBe("file");
    expect(planConsistency(guest, { ...rules, wanted: "crash", linuxScripts: placed }).wanted).toBe("crash");
  });

  test("scripts that stop the snapshot close its rung; the policy decides about a lower one", () => {
    const error = new KluisError("GUEST_FAILED", { reason: "scripts", message: "x" });
    expect(rungFailureOf(error, "best")).toBe("scripts");
    const attempts = [
      {
        request: "best",
        failure: "scripts",
        notice: rungNotice({ request: "best", failure: "scripts" }, "Pre-Script"),
      },
    ] as const;
    const withScripts = { ...rules, linuxScripts: placed };
    expect(chooseRung(seen, withScripts, attempts)).toMatchObject({
      request: "crash",
      notice: { code: "guest-scripts-stopped" },
    });
    expect(chooseRung(seen, { ...withScripts, otherwise: "fail" }, attempts).kind).toBe("fail");
  });
});

describe("output", () => {
  test.each<[string, string]>([
    ["PGPASSWORD=hunter2 psql", "hunter2"],
    ["mysql --password hunter2", "hunter2"],
    ["postgres://app:hunter2@db/x", "hunter2"],
    ['{"password": "hunter2"}', "hunter2"],
    ["Authorization: Bearer hunter2hunter2", "hunter2"],
    [`AccountKey=${"a".repeat(86)}==`, "aaaa"],
    ["-----BEGIN PRIVATE KEY-----\nhunter2\n", "hunter2"],
    ["api_key: 'hunter2'", "hunter2"],
  ])("%s", (text, secret) => {
    expect(redactOutput(text)).not.toContain(secret);
  });

  test("keeps what is not a secret, and removes control characters", () => {
    expect(redactOutput("flushed 12 tables\u001b[31m\nok\t1")).toBe("flushed 12 tables[31m\nok\t1");
    assert(
      property(array(constantFrom("flush", "tables", "12", "ok", "\n")), (words) => {
        expect(redactOutput(words.join(" "))).toBe(words.join(" "));
      }),
    );
  });
});
