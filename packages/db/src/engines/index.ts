export { readStoreRates } from "./rates.ts";
export {
  beatEngine,
  countEngines,
  type EngineLock,
  endEngine,
  holdEngineLock,
  listEngines,
  reapDeadEngines,
  registerEngine,
} from "./work.ts";
