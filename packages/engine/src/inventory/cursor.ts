/** Where a discovery continues: a subscription, a list of it, and Azure's page. */
import { z } from "zod";

/** The steps of reading a subscription, in this order. */
export const phases = ["states", "disks", "vms", "unseen", "end"] as const;

const schema = z.object({
  passId: z.uuid(),
  subscriptionId: z.string(),
  /** When the pass came to the subscription. */
  since: z.iso.datetime(),
  phase: z.enum(phases),
  /** Azure's page of the list; null: the first. */
  link: z.string().nullable(),
  /** Pages of the list that were read. */
  number: z.int().min(0),
});
export type DiscoveryCursor = z.infer<typeof schema>;

/** Null for a cursor of another version: then the pass begins again. */
export function parseCursor(text: string): DiscoveryCursor | null {
  if (!text.startsWith("{")) return null;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

export function textOf(cursor: DiscoveryCursor): string {
  return JSON.stringify(cursor);
}

/** The next page of a list, or the beginning of the next one. */
export function nextOf(at: DiscoveryCursor, link: string | null): string {
  if (link !== null) return textOf({ ...at, link, number: at.number + 1 });
  const phase = phases[phases.indexOf(at.phase) + 1] ?? "end";
  return textOf({ ...at, phase, link: null, number: 0 });
}
