export { type Engine, type EngineOptions, startEngine } from "./engine.ts";
export { type EngineConfig, parseEngineEnv } from "./env.ts";
