"use client";
import type { OverviewView, VmStatus } from "@kluis/api/types";
import { useTranslations } from "next-intl";
import { wallBoxes } from "#features/overview/overview-view-model.ts";
import { cn } from "#lib/cn.ts";

const look: Record<VmStatus, string> = {
  failing: "bg-bad-solid border-bad-solid text-surface",
  "at-risk": "bg-warn-solid border-warn-solid text-surface",
  unprotected: "bg-transparent border-warn-solid border-dashed text-warn-solid",
  waiting: "bg-run-soft border-run-solid text-run-solid",
  protected: "bg-ok-solid border-ok-solid text-surface",
  stopped: "bg-idle-soft border-idle-solid text-idle-solid",
  deleted: "bg-transparent border-line text-line",
};

/** A wall of deposit boxes, one per VM, worst first. A picture only: the numbers beside it give the same in words. */
export function Wall({ counts }: { counts: OverviewView["vms"] }) {
  const t = useTranslations("overview");
  const boxes = wallBoxes(counts);
  return (
    <div aria-hidden="true" title={t("wall")} className="flex flex-wrap gap-1">
      {boxes.map((status, index) => (
        <span
          key={`${status}-${index}`}
          className={cn("grid size-5 place-items-center rounded-sm border-[1.5px]", look[status])}
        >
          <svg viewBox="0 0 8 8" className="size-2" fill="currentColor">
            <path d="M4 0.6a1.7 1.7 0 0 0-.85 3.17L2.7 7.2h2.6l-.45-3.43A1.7 1.7 0 0 0 4 .6Z" />
          </svg>
        </span>
      ))}
    </div>
  );
}
