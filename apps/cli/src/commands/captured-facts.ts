/** How the disks of a backup or a recovery point were captured, and why not by a restore point. */

import { noticeText, snapshotSourceTexts } from "@kluis/domain";
import type { PointView } from "../api-types.ts";

export function capturedFacts({
  capturedBy,
  capturedNotice,
}: Pick<PointView, "capturedBy" | "capturedNotice">): [string, string][] {
  const by: [string, string] = ["Captured by", snapshotSourceTexts[capturedBy].toLowerCase()];
  return capturedNotice === null ? [by] : [by, ["Why", noticeText(capturedNotice)]];
}
