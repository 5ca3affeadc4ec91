/**
 * `npm run sbom [FILE]`: writes the software bill of materials as CycloneDX JSON (default `sbom.cdx.json`), from the lock file alone: every package
 * with its version, license and digest, also those of other systems.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { root } from "./run.ts";

const run = promisify(execFile);

const hash = z.looseObject({ alg: z.string(), content: z.string() });
const component = z.looseObject({
  name: z.string(),
  version: z.string(),
  purl: z.string(),
  hashes: z.array(hash).optional(),
});
const document = z.looseObject({
  bomFormat: z.literal("CycloneDX"),
  specVersion: z.string(),
  metadata: z.looseObject({ component }),
  components: z.array(component),
});
export type Sbom = z.infer<typeof document>;

/** Returns the bill of materials, as npm reads it from package-lock.json. */
export async function readSbom(): Promise<Sbom> {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const own = process.env["npm_execpath"];
  const isScript = own?.endsWith(".js") === true;
  const { stdout } = await run(isScript ? process.execPath : "npm", isScript ? [own, ...args] : args, {
    cwd: root,
    maxBuffer: 64 * 2 ** 20,
    shell: process.platform === "win32" && !isScript,
  });
  const sbom = document.parse(JSON.parse(stdout));
  const { name } = z
    .object({ name: z.string() })
    .parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  // npm names the root after its folder.
  sbom.metadata.component.name = name;
  return sbom;
}

if (import.meta.main) {
  const file = resolve(process.argv[2] ?? join(root, "sbom.cdx.json"));
  const sbom = await readSbom();
  await writeFile(file, `${JSON.stringify(sbom, null, 2)}\n`);
  console.log(`${file}: ${sbom.components.length} components (CycloneDX ${sbom.specVersion})`);
}
