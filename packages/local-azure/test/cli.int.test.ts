import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { listSchema, snapshotListSchema } from "../src/control/model.ts";
import { settingsSchema } from "../src/state/model.ts";
import { GROUP, MIB, pattern, useLab } from "./lab.ts";
import { containing } from "./matchers.ts";

const lab = useLab();

const bin = fileURLToPath(new URL("../bin/local-azure.mjs", import.meta.url));

interface Run {
  exit: number;
  out: string;
  err: string;
}

function cli(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, "--data", join(lab.dir, "data"), ...args], (error, out, err) => {
      const exit = error ? z.number().parse(error.code) : 0;
      resolve({ exit, out, err });
    });
  });
}

test("import, ls, write, export and power change and show a VM", async () => {
  const image = await lab.image("a.raw", 20 * MIB, [{ offset: MIB, data: pattern(8192, 1) }]);
  const made = await cli("import", "--vm", "app", "--os", "linux", "--resource-group", "g", "--disk", image);
  expect(made).toMatchObject({ exit: 0, out: containing("8 KiB of 20 MiB") });
  const next = await lab.image("b.raw", 20 * MIB, [{ offset: MIB, data: pattern(4096, 1) }]);
  expect(await cli("write", "--vm", "app", "--disk", "os", "--image", next)).toMatchObject({
    exit: 0,
    out: containing("wrote 4 KiB"),
  });
  const to = join(lab.dir, "out.raw");
  expect((await cli("export", "--disk", "app-os", "--to", to)).exit).toBe(0);
  expect((await readFile(to)).equals(await readFile(next))).toBe(true);
  expect((await cli("power", "--vm", "app", "off")).out).toContain("stopped");
  const list = listSchema.parse(JSON.parse((await cli("ls", "--json")).out));
  expect(list.vms.map(({ name, power }) => ({ name, power }))).toEqual([{ name: "app", power: "stopped" }]);
  expect((await cli("ls")).out).toContain("app  linux  stopped");
});

test("guest shows a guest and sets its states", async () => {
  await lab.importVm("win", { os: "windows" });
  expect(await cli("guest", "--vm", "win")).toMatchObject({ exit: 0, out: containing("conditions  none") });
  const set = await cli(
    "guest",
    "--vm",
    "win",
    "--set",
    "no-network",
    "--vss-writer",
    "System Writer=Failed",
  );
  expect(set).toMatchObject({ exit: 0, out: containing("conditions  no-network") });
  expect(set.out).toContain("System Writer: Failed");
  expect(await cli("guest", "--vm", "win", "--fsfreeze", "fails")).toMatchObject({
    exit: 1,
    err: containing("does not run Linux"),
  });
  expect((await cli("guest")).exit).toBe(2);
  expect((await cli("guest", "--conditions")).out).toContain("VMRestorePointClientError");
});

test("settings shows all of them and changes those that are named", async () => {
  const changed = await cli("settings", "restorePointsPerVmPerHour=9", "budgets=azure");
  expect(changed.out).toContain("restorePointsPerVmPerHour=9\n");
  const shown = settingsSchema.parse(JSON.parse((await cli("settings", "--json")).out));
  expect(shown).toMatchObject({ restorePointsPerVmPerHour: 9, budgets: "azure", operationDurations: "none" });
  expect(await cli("settings", "budget=off")).toMatchObject({ exit: 2, err: containing("NAME=VALUE") });
});

test("clock advance moves the clock and prints the new time", async () => {
  const before = Date.now();
  const moved = await cli("clock", "advance", "2d");
  expect(Date.parse(moved.out.trim()) - before).toBeGreaterThanOrEqual(2 * 86_400_000);
  expect(await cli("clock", "advance", "soon")).toMatchObject({ exit: 2, err: containing("90s") });
});

test("snapshots shows restore points and open access without the secret of the URL", async () => {
  await lab.importVm("web");
  const { disks } = await lab.takePoint("web/p");
  const url = new URL(await lab.readPoint("web", { point: "p", disk: disks[0] ?? "" }));
  const text = await cli("snapshots");
  expect(text.out).toContain("FileSystemConsistent");
  const json = await cli("snapshots", "--json");
  const list = snapshotListSchema.parse(JSON.parse(json.out));
  expect(list.restorePoints.map((point) => point.name)).toEqual(["p"]);
  expect(list.grants).toHaveLength(1);
  for (const out of [text.out, json.out]) expect(out).not.toContain(url.searchParams.get("sig"));
});

test("faults are added, listed and cleared", async () => {
  const added = await cli(
    "fault",
    "add",
    "fail",
    "--operation",
    "blob.get",
    "--status",
    "503",
    "--times",
    "2",
  );
  expect(added).toMatchObject({ exit: 0, out: containing("2 left") });
  expect(await lab.azure.control.faults()).toMatchObject([
    { match: { operation: "blob.get" }, effect: { type: "fail", status: 503 }, times: 2 },
  ]);
  expect((await cli("fault", "list")).out).toContain("operation=blob.get");
  expect((await cli("fault", "clear")).exit).toBe(0);
  expect((await cli("fault", "list")).out).toContain("No faults");
});

test("refusals name the next step and set the exit code", async () => {
  expect(await cli("power", "--vm", "none", "on")).toMatchObject({
    exit: 1,
    err: containing("`local-azure ls`"),
  });
  const odd = await lab.image("odd.raw", 20 * MIB + 512, []);
  const imported = await cli(
    "import",
    "--vm",
    "x",
    "--os",
    "linux",
    "--resource-group",
    GROUP,
    "--disk",
    odd,
  );
  expect(imported).toMatchObject({ exit: 1, err: containing("truncate -s 21M") });
  const other = await lab.image("other.raw", 21 * MIB, []);
  await lab.importVm("web");
  const size = await cli("write", "--vm", "web", "--disk", "os", "--image", other);
  expect(size).toMatchObject({ exit: 1, err: containing("the disk's size") });
  const lun = await cli("write", "--vm", "web", "--disk", "3", "--image", other);
  expect(lun).toMatchObject({ exit: 1, err: containing("It has: os.") });
  expect((await cli("import", "--vm", "x")).exit).toBe(2);
  expect((await cli("power", "--vm", "web", "sideways")).exit).toBe(2);
  expect(await cli("--data", join(lab.dir, "nowhere"), "ls")).toMatchObject({
    exit: 3,
    err: containing("npm start"),
  });
});

test("the control API refuses a wrong token", async () => {
  const answer = await fetch(`${lab.azure.url}/_local/list`, { headers: { authorization: "Bearer wrong" } });
  expect(answer.status).toBe(401);
});

test("serve --empty accepts an import and exits with 0 on SIGTERM", async () => {
  const data = join(lab.dir, "served");
  const server = spawn(process.execPath, [bin, "--data", data, "serve", "--empty"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(server.stdout, "data");
  const image = await lab.image("a.raw", 20 * MIB, []);
  const made = await cli(
    "--data",
    data,
    "import",
    "--vm",
    "app",
    "--os",
    "linux",
    "--resource-group",
    "g",
    "--disk",
    image,
  );
  expect(made).toMatchObject({ exit: 0, out: containing("20 MiB") });
  server.kill("SIGTERM");
  const [exit]: unknown[] = z.array(z.unknown()).parse(await once(server, "exit"));
  expect(exit).toBe(0);
});
