import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { root } from "./run.ts";
import { readSbom } from "./sbom.ts";

const entry = z.looseObject({
  version: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
});
const lock = z
  .object({ packages: z.record(z.string(), entry) })
  .parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));

/** Packages that npm downloads: not the root, the workspaces and the links to them. */
const downloaded = Object.entries(lock.packages).filter(
  ([path, { link }]) => link !== true && path.includes("node_modules/"),
);

it("every package that npm downloads has a digest, and none names a registry", () => {
  expect(downloaded.length).toBeGreaterThan(500);
  const withoutDigest = downloaded.filter(
    ([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ""),
  );
  expect(withoutDigest.map(([path]) => path)).toEqual([]);
  expect(downloaded.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

it("the bill of materials names each of them with its digest", async () => {
  const sbom = await readSbom();
  expect(sbom.metadata.component).toMatchObject({ name: "kluis" });
  const named = new Map(sbom.components.map((one) => [`${decodeURIComponent(one.purl)}`, one]));
  const missing = downloaded.filter(([path, { version }]) => {
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    return named.get(`pkg:npm/${name}@${version}`)?.hashes?.[0]?.alg !== "SHA-512";
  });
  expect(missing.map(([path]) => path)).toEqual([]);
});
