/** How often a damaged point is healed from another vault, and why Kluis gives up. */

/**
 * - `content`: the copy has another content than the damaged point
 * - `manifest`: the manifest cannot be made again from the manifest of the copy and the catalog
 * - `damaged`: all of the copy was stored again, and a verification found that the point still cannot be read in full
 * - `failed`: the job failed too often
 */
export const healFailures = ["content", "manifest", "damaged", "failed"] as const;
export type HealFailure = (typeof healFailures)[number];

/** Times that the content of a point is stored again. The verification after the first names what else is damaged. */
export const HEAL_TRIES = 2;
/** Jobs that may fail before Kluis gives up. Outages fail none: they park it. */
export const HEAL_FAILURES = 4;

/** The end of a sentence: the point cannot be healed from its copy, because … */
export const healFailureTexts = {
  content: "the copy has another content",
  manifest: "its manifest cannot be made again from that of the copy",
  damaged: "it still cannot be read in full after all content of the copy was stored again",
  failed: "the jobs failed",
} as const satisfies Record<HealFailure, string>;
