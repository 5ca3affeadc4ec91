"use client";
import { lazy, Suspense } from "react";
import type { WantedChange } from "#lib/second-person.ts";

const RequestChange = lazy(() => import("#features/approvals/request-change.tsx"));

/** The offer to request a refused change; loaded when a change is first refused. */
export function SecondPerson({ wanted, onClose }: { wanted: WantedChange | null; onClose: () => void }) {
  if (wanted === null) return null;
  return (
    <Suspense>
      <RequestChange wanted={wanted} onClose={onClose} />
    </Suspense>
  );
}
