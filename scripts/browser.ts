/** Finds a Chromium for the browser tests, or installs one. */
import { execFile } from "node:child_process";
import { access, constants, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { root, run } from "./run.ts";

const execute = promisify(execFile);
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const wellKnown = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * Returns the path of a browser: from CHROMIUM, on PATH, from the system's packages (root on Debian and Ubuntu), or from
 * Playwright. null when none of them works; the reasons have been printed.
 */
export async function findBrowser(): Promise<string | null> {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") {
    if (await works(named)) return named;
    console.error(`CHROMIUM is ${named}, which does not run.`);
    return null;
  }
  const present = await installed();
  if (present !== null) return present;
  if (await debianAsRoot()) {
    console.log("Installing Chromium for the browser tests (apt-get) …");
    const quiet = { env: { DEBIAN_FRONTEND: "noninteractive" }, output: { log: "browser" } } as const;
    const update = await run({ command: "apt-get", args: ["update", "-q"], ...quiet });
    if (update === 0) {
      await run({
        command: "apt-get",
        args: ["install", "-y", "-q", "--no-install-recommends", "chromium"],
        ...quiet,
      });
    }
    const fresh = await installed();
    if (fresh !== null) return fresh;
  }
  return fromPlaywright();
}

async function fromPlaywright(): Promise<string | null> {
  const existing = await playwrightBrowser();
  if (existing !== null) return existing;
  console.log("Downloading Chromium for the browser tests (Playwright) …");
  const code = await run({
    command: "playwright",
    args: ["install", "chromium"],
    output: { log: "browser" },
  });
  const fresh = code === 0 ? await playwrightBrowser() : null;
  if (fresh === null) {
    console.error(
      "No Chromium for the browser tests was found, and installing one failed (see .cache/browser.log). Install Chromium or " +
        "Chrome, or set CHROMIUM to its path, and run npm test again.",
    );
  }
  return fresh;
}

/** Returns the path of Playwright's Chromium, or null when it does not run. */
async function playwrightBrowser(): Promise<string | null> {
  const require = createRequire(join(root, "e2e", "package.json"));
  const path = executableOf(require("@playwright/test"));
  return path !== "" && (await works(path)) ? path : null;
}

interface Playwright {
  readonly chromium: { executablePath(): string };
}

/** Playwright belongs to the e2e workspace; this script only needs the path of its browser. */
function executableOf(loaded: unknown): string {
  const isPlaywright = (value: unknown): value is Playwright =>
    typeof value === "object" && value !== null && "chromium" in value;
  return isPlaywright(loaded) ? loaded.chromium.executablePath() : "";
}

async function installed(): Promise<string | null> {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...wellKnown];
  for (const candidate of candidates) {
    const there = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there && (await works(candidate))) return candidate;
  }
  return null;
}

/** Whether a browser starts. A name on PATH can be a stub: Ubuntu's points at a snap that may be missing. */
async function works(path: string): Promise<boolean> {
  return execute(path, ["--version"], { timeout: 20_000 }).then(
    ({ stdout }) => /chrom/i.test(stdout),
    () => false,
  );
}

async function debianAsRoot(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release);
}
