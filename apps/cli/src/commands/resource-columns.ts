/** Columns about resources in Azure: their wanted and their actual state. */
import {
  azureResourceTexts,
  type ResourceStanding,
  removalReasonTexts,
  resourceStandingTexts,
  standingOf,
} from "@kluis/domain";
import type { JobView, VmView } from "../api-types.ts";
import { minuteOf } from "../format.ts";
import type { Tone } from "../look.ts";
import type { Column } from "../table.ts";

/** Only a restored disk can be delivered. */
type Resource = Omit<JobView["resources"][number], "delivered"> & { readonly delivered?: boolean };

const standing = ({ delivered = false, ...one }: Resource): ResourceStanding =>
  standingOf({ ...one, delivered, failed: one.lastError !== null });

const standingTones = {
  "in-use": null,
  kept: "good",
  delivered: "good",
  removing: null,
  refused: "warn",
  removed: "dim",
} as const satisfies Record<ResourceStanding, Tone | null>;

/** Until when it is kept, why it is removed, the last refusal, and the next try. */
function resourceText(one: Resource): string {
  const { keepUntil, reason, lastError, tries, nextTryAt } = one;
  const kept = one.wanted === "kept" && keepUntil !== null ? `Until ${minuteOf(keepUntil)}.` : "";
  const why = reason === null ? "" : removalReasonTexts[reason];
  const refused =
    lastError === null
      ? ""
      : `${lastError.message} Refused ${tries === 1 ? "once" : `${tries} times`}; next try ${minuteOf(nextTryAt)}.`;
  return [kept, why, refused].filter((text) => text !== "").join(" ");
}

const state: Column<Resource> = {
  title: "STATE",
  value: (one) => resourceStandingTexts[standing(one)],
  tone: (one) => standingTones[standing(one)],
};
const why: Column<Resource> = { title: "WHY", value: resourceText, wrapTo: 28 };

export const resourceColumns: readonly Column<Resource>[] = [
  { title: "IN AZURE", value: ({ kind }) => azureResourceTexts[kind] },
  { title: "NAME", value: ({ resourceId }) => resourceId.split("/").at(-1) ?? "", shrinkTo: 10 },
  state,
  why,
];

/** The snapshots of a VM. */
export const snapshotColumns: readonly Column<VmView["snapshots"][number]>[] = [
  { title: "SNAPSHOT (UTC)", value: ({ takenAt }) => minuteOf(takenAt) },
  { title: "DISK", value: ({ diskName }) => diskName ?? "all", shrinkTo: 10 },
  { title: "POINT", value: ({ pointId }) => pointId ?? "–", shrinkTo: 13, leaveOut: 1 },
  state,
  why,
];
