/** A place in the order of due protections, as the cursor of repeated work holds it. */
import type { DuePlace } from "@kluis/db";

export function cursorAfter(item: DuePlace | undefined): string | null {
  return item === undefined ? null : `${item.dueAt.toISOString()} ${item.id}`;
}

/** Null for the first page, and for a cursor of another version: then the pass begins again. */
export function placeOf(cursor: string | null): DuePlace | null {
  const [at = "", id = ""] = cursor?.split(" ") ?? [];
  const dueAt = new Date(at);
  return id === "" || Number.isNaN(dueAt.getTime()) ? null : { dueAt, id };
}
