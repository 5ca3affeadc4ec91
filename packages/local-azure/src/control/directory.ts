/** Changes of the directory that the control API keeps in the state. */
import { z } from "zod";
import { type DirectoryChanges, directoryChangesSchema, mergeChanges } from "../entra/changes.ts";
import type { State } from "../state/model.ts";
import type { World } from "../world.ts";

const SECTION = "directory";

/** Parsed once per change: every request of Entra reads them. */
const parsed = new WeakMap<object, DirectoryChanges>();

export function directoryChanges({ sections }: Pick<State, "sections">): DirectoryChanges {
  const stored = sections[SECTION] ?? {};
  const known = typeof stored === "object" && stored !== null ? parsed.get(stored) : undefined;
  if (known !== undefined) return known;
  const changes = directoryChangesSchema.parse(stored);
  if (typeof stored === "object" && stored !== null) parsed.set(stored, changes);
  return changes;
}

/** Adds to the changes; returns all of them. */
export async function changeDirectory({ state, store }: World, body: unknown): Promise<DirectoryChanges> {
  const merged = mergeChanges(directoryChanges(state), directoryChangesSchema.parse(body));
  state.sections[SECTION] = z.json().parse(JSON.parse(JSON.stringify(merged)));
  await store.flush();
  return merged;
}

/** The directory is again as at the first start. */
export async function resetDirectory({ state, store }: World): Promise<object> {
  delete state.sections[SECTION];
  await store.flush();
  return {};
}
