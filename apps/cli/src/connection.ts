/** Where Kluis is, and the token to use there. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { LocalError, UsageError } from "./failure.ts";
import { isSystemError } from "./file-errors.ts";

export interface Connection {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
  /** Where the token comes from: a variable or a file. */
  readonly origin: string;
}

const cliFile = z.object({ url: z.url(), token: z.string().min(1) });

/** The project's root: the default place of the data folder. */
const projectRoot = path.resolve(import.meta.dirname, "../../..");

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns KLUIS_URL and KLUIS_TOKEN, or what the embedded stack wrote to `cli.json` in its data folder (KLUIS_HOME, else
 * `.kluis` in the project). The token of the file is sent to the address of the file only.
 * @throws LocalError NOT_SIGNED_IN, CONFIG_INVALID, INPUT_INVALID
 */
export async function findConnection(env: Environment): Promise<Connection> {
  const file = path.join(path.resolve(env["KLUIS_HOME"] || path.join(projectRoot, ".kluis")), "cli.json");
  const [urlSet, token] = [env["KLUIS_URL"]?.trim(), env["KLUIS_TOKEN"]?.trim()];
  const url = urlSet ? checkedUrl(urlSet) : undefined;
  if (url && token) return { url, token, origin: "KLUIS_TOKEN" };
  const stored = await readCliFile(file);
  if (stored !== null && !token && (url === undefined || url === checkedUrl(stored.url))) {
    return { url: checkedUrl(stored.url), token: stored.token, origin: file };
  }
  if (token && stored !== null) return { url: checkedUrl(stored.url), token, origin: "KLUIS_TOKEN" };
  throw new LocalError("NOT_SIGNED_IN", {
    message: token
      ? "KLUIS_URL is not set."
      : `No token: KLUIS_TOKEN is not set, and ${file} has none for this address.`,
    action:
      "Start Kluis here (npm start), or set KLUIS_URL, and KLUIS_TOKEN to a token from Settings in the portal.",
  });
}

/** Plain http is allowed to this machine only, because a token must not cross a network unencrypted. */
function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new UsageError(
      "KLUIS_URL is not an http or https address.",
      "Set it to an address such as https://kluis.example.org.",
    );
  }
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "http:" && !local) {
    throw new UsageError(
      `KLUIS_URL would send your token unencrypted to ${url.host}.`,
      "Use its https address.",
    );
  }
  return url.href.replace(/\/+$/, "");
}

async function readCliFile(file: string): Promise<z.infer<typeof cliFile> | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return null;
    throw new LocalError("CONFIG_INVALID", {
      message: `${file} cannot be read.`,
      action: "Run as the user who started Kluis, or set KLUIS_URL and KLUIS_TOKEN.",
      cause: error,
    });
  }
  const parsed = cliFile.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new LocalError("CONFIG_INVALID", {
    message: `${file} does not have the content that Kluis writes.`,
    action: "Start Kluis again, or set KLUIS_URL and KLUIS_TOKEN.",
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
