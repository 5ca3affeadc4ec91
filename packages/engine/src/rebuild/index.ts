/** The rebuild of a catalog from a vault: `kluis vault rebuild`. */
export { type RebuildOptions, type RebuildResult, rebuildFromUrl } from "./rebuild.ts";
