export {
  beatEngine,
  type EngineLock,
  endEngine,
  holdEngineLock,
  listEngines,
  reapDeadEngines,
  registerEngine,
} from "./work.ts";
