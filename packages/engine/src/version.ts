import { createRequire } from "node:module";
import { z } from "zod";

const manifest: unknown = createRequire(import.meta.url)("../package.json");

/** Version of the engine, as it stands in recovery points. */
export const ENGINE_VERSION = z.object({ version: z.string() }).parse(manifest).version;
