import { useState } from "react";

/** The rows that a user selected in a paged list: some by id, or all that match its filters. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Set: all that match, and how many they were. */
  readonly all: number | null;
  readonly count: number;
  has(id: string): boolean;
  toggle(id: string, selected: boolean): void;
  add(ids: readonly string[]): void;
  selectAll(total: number): void;
  readonly clear: () => void;
}

/** @param filterKey the filters as text: another filter is another list, so nothing of it is selected */
export function useSelection(filterKey: string): Selection {
  const [state, setState] = useState<{
    readonly key: string;
    readonly ids: ReadonlySet<string>;
    readonly all: number | null;
  }>({ key: filterKey, ids: new Set(), all: null });
  const { ids, all } = state.key === filterKey ? state : { ids: new Set<string>(), all: null };
  const set = (next: ReadonlySet<string>, total: number | null = null) =>
    setState({ key: filterKey, ids: next, all: total });
  return {
    ids,
    all,
    count: all ?? ids.size,
    has: (id) => all !== null || ids.has(id),
    toggle: (id, selected) => {
      const next = new Set(ids);
      if (selected) next.add(id);
      else next.delete(id);
      set(next);
    },
    add: (more) => set(new Set([...ids, ...more])),
    selectAll: (total) => set(new Set(), total),
    clear: () => set(new Set()),
  };
}
