"use client";
import type { HealthView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { useNotice } from "#lib/use-notice.ts";

type Part = HealthView["parts"][number];

/** Words the state of a part: its error when it has one, else its notice. */
export function useHealthMessage(): (part: Part) => string {
  const notice = useNotice();
  const describe = useErrorView();
  return (part) => (part.error === null ? notice(part.notice, part.message) : describe(part.error).message);
}
