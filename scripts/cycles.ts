/** Finds cycles in a directed graph. */

export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * One shortest cycle per group of nodes that reach each other (Tarjan's strongly connected components), as `[a, b, a]`.
 * Empty when the graph has no cycle.
 */
export function findCycles(graph: Graph): string[][] {
  return components(graph)
    .map((members) => shortestCycle(graph, new Set(members)))
    .filter((cycle) => cycle !== null)
    .toSorted((a, b) => (a[0] ?? "").localeCompare(b[0] ?? ""));
}

/** Strongly connected components. Recursion is as deep as the longest chain of imports, some hundreds at most. */
function components(graph: Graph): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const stack: string[] = [];
  const open = new Set<string>();
  const visit = (node: string): number => {
    const index = order.size;
    order.set(node, index);
    stack.push(node);
    open.add(node);
    let lowest = index;
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) lowest = Math.min(lowest, visit(next));
      else if (open.has(next)) lowest = Math.min(lowest, order.get(next) ?? lowest);
    }
    if (lowest === index) {
      const members = stack.splice(stack.indexOf(node));
      for (const member of members) open.delete(member);
      found.push(members);
    }
    return lowest;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}

/** The shortest cycle through the first member by name, or null when a single member does not lead to itself. */
function shortestCycle(graph: Graph, members: ReadonlySet<string>): string[] | null {
  const start = [...members].toSorted()[0] ?? "";
  const paths: string[][] = [[start]];
  const seen = new Set<string>();
  for (const path of paths) {
    for (const next of graph.get(path.at(-1) ?? "") ?? []) {
      if (next === start) return [...path, start];
      if (!members.has(next) || seen.has(next)) continue;
      seen.add(next);
      paths.push([...path, next]);
    }
  }
  return null;
}
