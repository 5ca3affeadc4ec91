/** The tree of each disk. */
import { batch01Os, sandbox01Os, web01Data, web01Os } from "./linux-trees.ts";
import type { Tree } from "./tree.ts";
import { sql01Data, sql01Log, sql01Os } from "./windows-trees.ts";

const makers: Readonly<Record<string, () => Tree>> = {
  "web-01-os": web01Os,
  "web-01-data": web01Data,
  "sql-01-os": sql01Os,
  "sql-01-data": sql01Data,
  "sql-01-log": sql01Log,
  "batch-01-os": batch01Os,
  "sandbox-01-os": sandbox01Os,
};

export function treeOf(name: string): Tree {
  const make = makers[name];
  if (!make) throw new Error(`There is no disk '${name}'. Known: ${Object.keys(makers).join(", ")}`);
  return make();
}
