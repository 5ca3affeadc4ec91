/** The version from the package manifest. */
import { createRequire } from "node:module";
import { z } from "zod";

const manifest: unknown = createRequire(import.meta.url)("../package.json");

/** The version of the engine, which recovery points record. */
export const ENGINE_VERSION = z.object({ version: z.string() }).parse(manifest).version;
