/** How the commands find a running local Azure. */
import { join } from "node:path";
import { z } from "zod";
import { LocalAzureControl } from "../control/client.ts";
import { LocalAzureError } from "../errors.ts";
import { readOptional } from "../state/store.ts";

const endpointSchema = z.object({ url: z.url(), controlToken: z.string().min(1) });

/** The data folder: `--data`, else `local-azure` in KLUIS_HOME (default `.kluis`). */
export function dataFolder(given: string | undefined, env: NodeJS.ProcessEnv): string {
  return given ?? join(env["KLUIS_HOME"] ?? ".kluis", "local-azure");
}

/** The control client for the local Azure of a folder. @throws LocalAzureError `NOT_RUNNING` */
export async function connect(dataDir: string): Promise<LocalAzureControl> {
  const file = join(dataDir, "endpoint.json");
  const text = await readOptional(file);
  if (text === undefined) {
    throw new LocalAzureError("NOT_RUNNING", `No local Azure has been started in ${dataDir}`, {
      action: "Start one with `npm start`, or give its folder with --data DIR or KLUIS_HOME.",
    });
  }
  let endpoint: z.infer<typeof endpointSchema>;
  try {
    endpoint = endpointSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new LocalAzureError("NOT_RUNNING", `${file} is damaged`, {
      action: "Start the local Azure again.",
      cause,
    });
  }
  return new LocalAzureControl(endpoint);
}
