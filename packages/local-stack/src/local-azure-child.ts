/** The local Azure as a process: `node local-azure-child.ts DATA_DIR PORT`. Sends `{ url }` over the channel when ready. */
import { startLocalAzure } from "@kluis/local-azure";
import { z } from "zod";
import { demoAzureSettings } from "./demo-settings.ts";

const [dataDir, port] = z.tuple([z.string().min(1), z.coerce.number().int()]).parse(process.argv.slice(2));
const azure = await startLocalAzure({
  dataDir,
  port,
  seedFleet: true,
  settings: demoAzureSettings(process.env),
});

let stopping: Promise<void> | undefined;
function stop(): void {
  stopping ??= azure.stop().then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
process.on("disconnect", stop);
if (!process.connected) stop();
process.send?.({ url: azure.url });
