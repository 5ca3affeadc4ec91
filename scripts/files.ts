/** The files of this project: what Git tracks or would track. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Paths (relative to `root`) below `targets` whose name ends in one of `extensions`; ignored files are left out. */
export function projectFiles(
  root: string,
  extensions: readonly string[],
  targets: readonly string[] = ["."],
): string[] {
  const args = [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--deduplicate",
    "--",
    ...targets,
  ];
  const names = execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return names
    .split("\0")
    .filter((name) => extensions.some((extension) => name.endsWith(extension)))
    .filter((name) => existsSync(join(root, name)));
}
