/** `local-azure serve`: a local Azure in the foreground. */
import { ENGINE_PRINCIPAL_ID, MANAGED_IDENTITY_PRINCIPAL_ID } from "../entra/directory.ts";
import type { Fabric } from "../fabric.ts";
import { CONTOSO_SUBSCRIPTION_ID, CONTOSO_SUBSCRIPTION_NAME } from "../fleet/constants.ts";
import { type LocalAzure, startLocalAzure } from "../start.ts";

/** Makes the demo subscription without VMs, with the engine's identities as Contributor. */
async function seedSubscription(fabric: Fabric): Promise<void> {
  await fabric.ensureSubscription({ id: CONTOSO_SUBSCRIPTION_ID, name: CONTOSO_SUBSCRIPTION_NAME });
  const scope = `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}`;
  for (const principalId of [ENGINE_PRINCIPAL_ID, MANAGED_IDENTITY_PRINCIPAL_ID])
    await fabric.addRoleAssignment({ principalId, scope, role: "Contributor" });
}

export interface ServeOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly empty: boolean;
}

/** Starts what `serve` runs. */
export function startServed({ dataDir, port, empty }: ServeOptions): Promise<LocalAzure> {
  return startLocalAzure({ dataDir, port, seedFleet: empty ? seedSubscription : true });
}

/** Runs a local Azure until SIGINT or SIGTERM. */
export async function serve(options: ServeOptions): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  process.once("SIGINT", () => stopped.resolve());
  process.once("SIGTERM", () => stopped.resolve());
  const azure = await startServed(options);
  console.log(`local Azure at ${azure.url}`);
  await stopped.promise;
  await azure.stop();
}
