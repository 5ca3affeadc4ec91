/** Reads a file that a person wrote as YAML or JSON. */
import { readFile } from "node:fs/promises";
import { parse as parseYaml } from "yaml";
import { UsageError } from "./failure.ts";
import { isSystemError } from "./file-errors.ts";

/** A document is a few hundred bytes; the scripts of a policy may have 64 KiB each. */
const largestFile = 1024 * 1024;

/** YAML is a superset of JSON. @throws UsageError for a file that cannot be read or parsed, or is too large */
export async function readYaml(file: string): Promise<unknown> {
  const content = await textOf(file);
  try {
    return parseYaml(content, { maxAliasCount: 0 });
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new UsageError(`${file} is neither YAML nor JSON.`, line);
  }
}

async function textOf(file: string): Promise<string> {
  try {
    const content = await readFile(file);
    if (content.byteLength > largestFile) throw new UsageError(`${file} is too large.`);
    return content.toString("utf8");
  } catch (error) {
    if (!isSystemError(error, "ENOENT", "EACCES", "EISDIR", "ENOTDIR")) throw error;
    throw new UsageError(`${file} cannot be read.`, "Check the path and its permissions.");
  }
}
