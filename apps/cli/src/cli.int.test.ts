import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Harness, type Ran, startHarness, until } from "../test/harness.ts";

let harness: Harness;
let pointId: string;

beforeAll(async () => {
  harness = await startHarness();
  pointId = await harness.world.addPoint(harness.world.commerceVm, new Uint8Array(2 ** 20).fill(1));
});
afterAll(() => harness[Symbol.asyncDispose]());

function kluis(...args: readonly string[]): Promise<Ran> {
  return harness.kluis("commerceAdmin", ...args);
}

/** Matches a text that contains this one. */
function saying(text: string): unknown {
  return expect.stringContaining(text);
}

describe("reading", () => {
  test("vms lists the virtual machines that the user can see", async () => {
    const { code, out } = await kluis("vms");
    expect(code).toBe(0);
    expect(out).toContain("shop-01");
    expect(out).not.toContain("ops-01");
  });

  test("vms --search finds by a part of the name", async () => {
    const found = await harness.kluis("owner", "vms", "--search", "shop");
    expect(found).toMatchObject({ code: 0, err: "" });
    expect(found.out).toContain("shop-01");
    expect(found.out).not.toContain("ops-01");
    expect((await harness.kluis("owner", "vms", "--search", "none")).out).toBe(
      'No virtual machine matches "none".\n',
    );
  });

  test("a VM that Azure does not show whole says so in the list and on its own", async () => {
    const { pool } = harness.world.api.db;
    const note = (problem: object | null, since: string | null) =>
      pool.query('UPDATE "VirtualMachine" SET problem = $1, "problemSince" = $2 WHERE id = $3', [
        problem === null ? null : JSON.stringify(problem),
        since,
        harness.world.commerceVm,
      ]);
    const { code, message } = { code: "AZURE_FORBIDDEN", message: "A disk may not be read." };
    await note({ code, message, reason: "denied", action: null, params: {} }, "2026-05-01T10:00:00Z");
    expect((await kluis("vms")).out).toContain("not read");
    expect((await kluis("vm", "shop-01")).out).toContain(`since 2026-05-01 10:00: ${message}`);
    await note(null, null);
    expect((await kluis("vms")).out).not.toContain("not read");
  });

  test("--json prints the API's answer", async () => {
    const { out } = await harness.kluis("owner", "vms", "--json");
    const names = z.array(z.object({ name: z.string(), status: z.string() })).parse(JSON.parse(out));
    expect(names.map((vm) => vm.name).toSorted()).toEqual(["ops-01", "shop-01"]);
  });

  test("points and jobs of a VM; a point as VM@latest", async () => {
    expect((await kluis("points", "shop-01")).out).toContain(pointId);
    expect((await kluis("points")).out).toContain("shop-01");
    expect((await kluis("jobs", "--vm", "shop-01")).out).toContain("Succeeded");
    const plan = ["restore-disk", "shop-01@latest", "--disk", "os", "--name", "back", "--dry-run", "--json"];
    expect(JSON.parse((await kluis(...plan)).out)).toMatchObject({
      point: { id: pointId },
      target: { name: "back", resourceGroup: "commerce-rg" },
    });
  });

  test("jobs --state filters, and accepts both spellings of canceled", async () => {
    const rows = async (...states: string[]): Promise<unknown> =>
      JSON.parse((await kluis("jobs", "--json", "--state", ...states)).out);
    expect(await rows("succeeded", "failed")).toHaveLength(1);
    expect(await rows("canceled")).toEqual([]);
    expect(await rows("cancelled")).toEqual([]);
  });

  test("policies describes each policy in words", async () => {
    const { out } = await kluis("policies");
    expect(out).toContain("standard-daily");
    expect(out).toContain("Every day at 01:00");
  });

  test("whoami names the user, the server and the roles", async () => {
    const { out } = await kluis("whoami");
    expect(out).toContain("commerceAdmin@contoso.example");
    expect(out).toContain(harness.server.url);
    expect(out).toContain("backup-admin (team Commerce)");
  });

  test("health is exit code 1 while no engine runs", async () => {
    const { code, out } = await kluis("health");
    expect(code).toBe(1);
    expect(out).toMatch(/^database +Healthy/m);
    expect(out).toMatch(/^engine +Degraded/m);
  });

  test("audit list has the newest events first, as many as requested", async () => {
    const { out } = await harness.kluis("auditor", "audit", "list", "--limit", "2", "--json");
    const events = z.array(z.object({ seq: z.number() })).parse(JSON.parse(out));
    const [newest, second] = events.map(({ seq }) => seq);
    expect(events).toHaveLength(2);
    expect(second).toBe((newest ?? 0) - 1);
  });

  test("audit verify walks the ledger", async () => {
    const { code, out } = await harness.kluis("auditor", "audit", "verify");
    // No engine runs here that would anchor the ledger, and nothing unproven is green.
    expect(code).toBe(1);
    expect(out).toMatch(/^Ledger not proven\nProblem .*\n(.*\n)*Events +\d+\n/);
  });
});

describe("report", () => {
  const today = new Date().toISOString().slice(0, 10);

  test("points as CSV to the terminal and as JSON to a file", async () => {
    const csv = await kluis("report", "points", "--format", "csv");
    expect(csv.code).toBe(0);
    expect(csv.out).toContain(pointId);
    const file = path.join(harness.folder, "report.json");
    expect((await kluis("report", "points", "--format", "json", "--to-file", file)).code).toBe(0);
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ totals: { points: 1 } });
  });

  test("--to includes the named day up to its end in UTC; a time is exclusive", async () => {
    const takenAt = z
      .array(z.object({ takenAt: z.string() }))
      .parse(JSON.parse((await kluis("points", "shop-01", "--json")).out))[0]?.takenAt;
    const day = takenAt?.slice(0, 10) ?? today;
    const report = async (...period: string[]): Promise<string> =>
      (await kluis("report", "points", ...period)).out;
    expect(await report("--from", day, "--to", day)).toContain(pointId);
    expect(await report("--to", takenAt ?? "")).not.toContain(pointId);
    expect(await report("--from", takenAt ?? "")).toContain(pointId);
    expect(await report("--from", "2001-01-01", "--to", "2001-01-02")).not.toContain(pointId);
  });

  test("a reversed period is wrong usage", async () => {
    const reversed = await kluis("report", "points", "--from", "2026-11-02", "--to", "2026-11-01");
    expect(reversed).toMatchObject({ code: 2, out: "", err: saying("ends before it starts") });
  });
});

describe("on a terminal of 80 columns", () => {
  const lines = [
    ["vms"],
    ["policies"],
    ["jobs"],
    ["points"],
    ["points", "shop-01"],
    ["health"],
    ["whoami"],
    ["audit", "list"],
    ["audit", "verify"],
    ["restore-disk", "shop-01@latest", "--disk", "os", "--name", "back", "--dry-run"],
  ];

  test.each(lines.map((args) => ({ line: args.join(" "), args })))("$line fits", async ({ args }) => {
    const { out } = await harness.kluisOn(80, "owner", ...args);
    expect(out).not.toBe("");
    // A word longer than a line, such as a resource id, stays whole so that it can be copied.
    const tooLong = stripVTControlCharacters(out)
      .split("\n")
      .filter((line) => Array.from(line).length > 80 && line.trim().includes("  "));
    expect(tooLong.filter((line) => !line.includes("/subscriptions/"))).toEqual([]);
  });

  test("a shortened id is accepted as a beginning", async () => {
    const { out } = await harness.kluisOn(80, "commerceAdmin", "points", "shop-01");
    const short = stripVTControlCharacters(out).split("\n")[1]?.split(" ")[0] ?? "";
    expect(pointId.startsWith(short)).toBe(true);
    const plan = await kluis("restore-disk", short, "--disk", "os", "--name", "x", "--dry-run", "--json");
    expect(JSON.parse(plan.out)).toMatchObject({ point: { id: pointId } });
  });

  test("colors appear on a terminal only; NO_COLOR and FORCE_COLOR decide otherwise", async () => {
    const env = { KLUIS_URL: harness.server.url, KLUIS_TOKEN: harness.token("owner") };
    const terminal = { columns: 80 };
    const isColored = async (settings: Parameters<Harness["kluisWith"]>[0]): Promise<boolean> =>
      (await harness.kluisWith(settings, "vms")).out.includes("\u001B[");
    expect(await isColored({ env, terminal })).toBe(true);
    expect(await isColored({ env })).toBe(false);
    expect(await isColored({ env: { ...env, NO_COLOR: "1" }, terminal })).toBe(false);
    expect(await isColored({ env: { ...env, FORCE_COLOR: "1" } })).toBe(true);
    expect(await isColored({ env: { ...env, FORCE_COLOR: "0" }, terminal })).toBe(false);
  });
});

describe("failures", () => {
  const refused = [
    { what: "an unknown VM", person: "commerceAdmin", line: "backup nope", code: 3, error: "VM_NOT_FOUND" },
    {
      what: "another team's VM",
      person: "commerceAdmin",
      line: "backup ops-01",
      code: 3,
      error: "VM_NOT_FOUND",
    },
    {
      what: "an unknown point",
      person: "commerceAdmin",
      line: "verify ffffffff",
      code: 3,
      error: "POINT_NOT_FOUND",
    },
    {
      what: "an unprotected VM",
      person: "commerceAdmin",
      line: "backup shop-01",
      code: 1,
      error: "VM_NOT_PROTECTED",
    },
    {
      what: "an unprotected VM to stop",
      person: "commerceAdmin",
      line: "unprotect shop-01",
      code: 1,
      error: "VM_NOT_PROTECTED",
    },
    {
      what: "a missing permission",
      person: "platformReader",
      line: "backup ops-01",
      code: 4,
      error: "FORBIDDEN",
    },
    {
      what: "an audit without permission",
      person: "commerceAdmin",
      line: "audit verify",
      code: 4,
      error: "FORBIDDEN",
    },
    {
      what: "a disk that is not in the point",
      person: "commerceAdmin",
      line: "restore-disk shop-01@latest --disk 7 --name x",
      code: 3,
      error: "DISK_NOT_FOUND",
    },
  ] as const;

  test.each(refused)("$what", async ({ person, line, code, error }) => {
    const plain = await harness.kluis(person, ...line.split(" "));
    expect(plain.code).toBe(code);
    expect(plain.err).toMatch(/^kluis: .+\n {7}.+/);
    const json = await harness.kluis(person, ...line.split(" "), "--json");
    expect(json.code).toBe(code);
    expect(JSON.parse(json.err)).toMatchObject({ error: { code: error } });
    expect(json.out).toBe("");
  });

  test("an unknown policy, after the inventory was read", async () => {
    const { code, err } = await harness.withEngine(() =>
      kluis("protect", "shop-01", "--policy", "none", "--json"),
    );
    expect(code).toBe(3);
    expect(JSON.parse(err)).toMatchObject({ error: { code: "POLICY_NOT_FOUND" } });
  });

  test("a wrong token, no token, no server, no encryption", async () => {
    const vms = (env: Record<string, string>): Promise<Ran> => harness.kluisWith({ env }, "vms");
    const { url } = harness.server;
    expect(await vms({ KLUIS_URL: url, KLUIS_TOKEN: "kluis_wrong" })).toMatchObject({ code: 4 });
    expect(await vms({ KLUIS_URL: url })).toMatchObject({ code: 4, err: saying("KLUIS_TOKEN") });
    const away = await vms({ KLUIS_URL: "http://127.0.0.1:1", KLUIS_TOKEN: "kluis_x" });
    expect(away).toMatchObject({ code: 5, err: saying("does not respond") });
    const clear = await vms({ KLUIS_URL: "http://kluis.example.org", KLUIS_TOKEN: "kluis_x" });
    expect(clear).toMatchObject({ code: 2, err: saying("unencrypted") });
  });

  test("the token of the embedded stack is read from its data folder and sent to its address only", async () => {
    const file = path.join(harness.folder, "cli.json");
    await writeFile(file, JSON.stringify({ url: harness.server.url, token: harness.token("owner") }));
    expect((await harness.kluisWith({}, "vms")).code).toBe(0);
    expect((await harness.kluisWith({ env: { KLUIS_URL: "http://127.0.0.1:1" } }, "vms")).code).toBe(4);
  });

  test.each([
    ["job", ["job", "zzz"]],
    ["recovery point", ["verify", "zzz"]],
  ])("a malformed id is a %s that is not found", async (what, args) => {
    const { code, err } = await harness.kluis("owner", ...args);
    expect(code).toBe(3);
    expect(err).toContain(`${what} zzz`);
  });
});

describe("jobs", () => {
  test("a failed job is exit code 1, with the error and what to do", async () => {
    await harness.protectShop();
    const running = kluis("backup", "shop-01", "--wait");
    await harness.world.endJob(await harness.openJob(), {
      code: "AZURE_UNREACHABLE",
      reason: null,
      message: "Azure does not answer.",
      action: "Check the network.",
      params: {},
    });
    const { code, out } = await running;
    expect(code).toBe(1);
    expect(out).toContain("Backup of shop-01 failed: Azure does not answer.\n  Check the network.");
  });

  test("cancel requests that a job stops", async () => {
    await kluis("backup", "shop-01");
    const jobId = await harness.openJob();
    expect(await kluis("cancel", jobId)).toMatchObject({ code: 0 });
    const { out } = await kluis("job", jobId, "--json");
    expect(z.object({ cancelAskedAt: z.string() }).parse(JSON.parse(out)).cancelAskedAt).not.toBe("");
    await harness.world.endJob(jobId, "cancelled");
    expect(await kluis("cancel", jobId)).toMatchObject({ code: 1, err: saying("ended") });
    expect((await kluis("jobs", "--vm", "shop-01")).out).toContain("Canceled");
  });

  test("a job has the name that the field uses", async () => {
    const args = ["restore-disk", "shop-01@latest", "--disk", "os", "--name", "back", "--wait"];
    const { code, out } = await harness.withEngine(() => kluis(...args));
    expect(code).toBe(0);
    expect(out).toMatch(/^Disk restore of shop-01 succeeded\.\nDisk \/subscriptions\//);
  });
});

describe("delete-point", () => {
  const remove = (typed: string | null, ...more: string[]): Promise<Ran> => {
    const env = { KLUIS_URL: harness.server.url, KLUIS_TOKEN: harness.token("commerceAdmin") };
    const terminal = typed === null ? {} : { terminal: { columns: 80, typed } };
    return harness.kluisWith(
      { env, ...terminal },
      "delete-point",
      "shop-01@latest",
      "--reason",
      "test",
      ...more,
    );
  };
  const deletions = async (): Promise<number> => {
    const caller = await harness.world.as("owner");
    return (await caller.points.list({ vm: "shop-01", state: ["soft-deleted"] })).total;
  };

  test("without a terminal it needs --yes", async () => {
    expect(await remove(null)).toMatchObject({ code: 2, out: "", err: saying("Add --yes") });
    expect(await remove("y\n", "--json")).toMatchObject({ code: 2, out: "" });
    expect(await deletions()).toBe(0);
  });

  test("on a terminal it names the VM, the time and the last good point, and deletes nothing without a yes", async () => {
    for (const typed of ["n\n", "\n", ""]) {
      const { code, out, err } = await remove(typed);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toMatch(/Recovery point of shop-01, taken \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
      expect(err).toContain("the last good recovery point of shop-01");
      expect(err).toContain("Nothing was requested.");
    }
    expect(await deletions()).toBe(0);
  });

  test("a yes requests it, says how to follow it, and exits with 6; another person approves", async () => {
    await harness.world.addPoint(harness.world.commerceVm, new Uint8Array(2 ** 20).fill(2));
    const { code, out, err } = await remove("yes\n");
    expect(code).toBe(6);
    expect(err).not.toContain("last good recovery point");
    expect(err).toContain("It can be brought back for 14 days.");
    expect(out).toContain("1 user could approve it");
    const [, id = ""] = /kluis approvals show (\S+) --wait/.exec(out) ?? [];
    expect(await deletions()).toBe(0);
    const admin = (...args: readonly string[]) => harness.kluis("commerceAdmin", ...args);
    expect(await admin("approvals", "show", id)).toMatchObject({
      code: 0,
      out: saying("1 point of 1 machine; can be brought back for 14 days"),
    });
    const waits = admin("approvals", "show", id, "--wait");
    const second = await harness.world.as("secondAdmin");
    const { now } = await second.approvals.get({ approval: id });
    await second.approvals.approve({ approval: id, seen: now?.seen ?? "" });
    expect(await waits).toMatchObject({ code: 0, out: saying("secondAdmin") });
    expect(await deletions()).toBe(1);
  });
});

describe("progress", () => {
  test("is one line redrawn in place on a terminal, and in a pipe a line with the job", async () => {
    await harness.protectShop();
    const env = { KLUIS_URL: harness.server.url, KLUIS_TOKEN: harness.token("commerceAdmin") };
    const watch = async (settings: Parameters<Harness["kluisWith"]>[0]): Promise<Ran> => {
      const running = harness.kluisWith({ env, ...settings }, "backup", "shop-01", "--wait");
      const jobId = await harness.openJob();
      await until(async () => (await kluis("job", jobId)).code === 0);
      await harness.world.endJob(jobId, "succeeded");
      return running;
    };
    const live = await watch({ terminal: { columns: 80 } });
    expect(live.err).not.toContain("\n");
    expect(live.err.endsWith("\r\u001B[2K") || live.err === "").toBe(true);
    const piped = await watch({});
    expect(piped.err).toMatch(/^Backup of shop-01: job [0-9a-f-]{36}\n$/);
  });
});
