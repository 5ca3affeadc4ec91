/** The long form: several deaths at each edge, all points checked after each, and every kind of work after a point exists. */
import { Scenes } from "./scenes.ts";

/** Meetings of one edge by one process that count as separate edges. */
const DEPTH = 4;

/** @returns the edges by work. @throws what does not hold */
export async function killAtAllEdges(
  say: (line: string) => void,
): Promise<[work: string, edges: string[]][]> {
  const scenes = await Scenes.start(DEPTH);
  const found: [string, string[]][] = [];
  const run = async (work: string, edges: () => Promise<string[]>): Promise<void> => {
    found.push([work, await edges()]);
    say(`${work}: ${found.at(-1)?.[1].length} deaths`);
  };
  try {
    await run("collection and compaction", () => scenes.collect());
    await run("restore", () => scenes.restore("killed"));
    const content = await scenes.world.diskDigest("killed");
    if (content !== scenes.digestOf(scenes.point)) throw new Error("The restored disk has another content.");
    await run("verification", async () => (await scenes.job("verify", { mode: "full" })).edges);
    await run("second copy", async () => (await scenes.copy()).edges);
    await run("deletion of a point", async () => {
      scenes.forget(scenes.point);
      return (await scenes.job("delete-point", { reason: "kills" })).edges;
    });
    await run("collection of what it needed", () => scenes.collect());
    const left = await scenes.left();
    if (left.length > 0) throw new Error(`This is left in Azure: ${left.join(" ")}`);
    return found;
  } finally {
    await scenes.world.stop();
  }
}
