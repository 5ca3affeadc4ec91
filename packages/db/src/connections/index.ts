export {
  type ConnectionAffects,
  countConnectionVms,
  readConnectionAffects,
  readPointVms,
  readVaultUse,
  type VaultUse,
  vaultHadPoints,
} from "./affects.ts";
export { readConfigVersion } from "./config-version.ts";
export { type EnvironmentConnection, followEnvironment } from "./environment.ts";
export { type HeldSubscription, listHeld } from "./held.ts";
export {
  type ConnectionRow,
  connectionsOfSubscriptions,
  findConnection,
  listConnections,
  mustBeConnected,
  readSealedSecrets,
  requireConnection,
} from "./read.ts";
export {
  selectSubscriptions,
  subscriptionHeld,
} from "./subscriptions.ts";
export {
  changeConnection,
  createConnection,
  lockConnections,
  noteConnectionTestAsked,
  recordConnectionTest,
  removeConnection,
} from "./write.ts";
