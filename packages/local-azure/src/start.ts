import type { Clock } from "./clock.ts";
import type { LocalAzureControl } from "./control/client.ts";
import type { Entra, EntraDeps } from "./entra-contract.ts";
import type { Fabric } from "./fabric.ts";

/** How a local Azure is started. */
export interface StartOptions {
  /** Folder of its state and disks; made when missing, readable by its owner only. */
  dataDir: string;
  /** Port on 127.0.0.1; 0 (default) takes a free one. */
  port?: number;
  clock?: Clock;
  /** ARM's public address, from which absolute links are built. Default `https://management.azure.com`. */
  armPublicUrl?: string;
  /** Makes the demo fleet at first start (or runs the given function instead of the built-in one). */
  seedFleet?: boolean | ((fabric: Fabric) => Promise<void>);
  /** Replaces the Entra part: tests of the other parts need no sign-in. */
  entra?: (deps: EntraDeps) => Entra | Promise<Entra>;
}

/** A running local Azure. */
export interface LocalAzure {
  /** `http://127.0.0.1:PORT`: ARM, disk access and Entra by path. */
  url: string;
  armPublicUrl: string;
  controlToken: string;
  tenantId: string;
  control: LocalAzureControl;
  /** The Entra part (its own module documents secrets and people). */
  entra: Entra;
  /** The resources themselves, for seeding and tests in this process. */
  fabric: Fabric;
  /** Stops listening, ends running work cleanly and makes the state durable. */
  stop(): Promise<void>;
}

export declare function startLocalAzure(options: StartOptions): Promise<LocalAzure>;
