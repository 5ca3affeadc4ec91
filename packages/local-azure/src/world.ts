/** What all requests share. */
import type { Budgets } from "./arm/budgets/budgets.ts";
import type { OperationLinks } from "./arm/operations/operation-links.ts";
import type { Operations } from "./arm/operations/operations.ts";
import type { SasSigner } from "./blob/sas.ts";
import type { OffsetClock } from "./clock.ts";
import type { LayerStore } from "./disks/layers.ts";
import type { Faults } from "./faults/faults.ts";
import type { State } from "./state/model.ts";
import type { StateStore } from "./state/store.ts";

export interface World {
  store: StateStore;
  state: State;
  layers: LayerStore;
  clock: OffsetClock;
  faults: Faults;
  operations: Operations;
  budgets: Budgets;
  links: OperationLinks;
  sas: SasSigner;
  /** Base of absolute ARM links, without a trailing slash. */
  armPublicUrl: string;
  /** `http://127.0.0.1:PORT`; known once the server listens. */
  baseUrl: () => string;
}
