"use client";
import type { HealthView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { useNotice } from "#lib/use-notice.ts";

export type Part = HealthView["parts"][number];

/** Words the state of a part: its error with what to do when it has one, else its notice. */
export function useHealthText(): (part: Part) => {
  readonly message: string;
  readonly action: string | null;
} {
  const notice = useNotice();
  const describe = useErrorView();
  return (part) =>
    part.error === null ? { message: notice(part.notice, part.message), action: null } : describe(part.error);
}
