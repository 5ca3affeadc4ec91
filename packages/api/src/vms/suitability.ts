/** Findings of suitability with their texts. */
import { type SuitabilityFinding, suitabilityTexts } from "@kluis/domain";

/** Findings with their English texts. */
export function worded(findings: readonly SuitabilityFinding[]) {
  return findings.map((finding) => ({ ...finding, ...suitabilityTexts[finding.code] }));
}
