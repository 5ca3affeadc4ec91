/** Runs work in one process after the other, and kills each at an edge where none has died yet, until one reaches the end. */
import type { EngineDeps } from "../../src/deps.ts";
import type { World } from "../world.ts";
import { type Chooser, Life, type Side } from "./life.ts";

export interface EdgesOptions {
  readonly world: World;
  /** How many meetings of an edge by one process count as separate edges; 0: none dies. */
  readonly depth: number;
  /** Returns true when nothing is left to do. */
  readonly work: (deps: EngineDeps) => Promise<boolean>;
  /** After an edge is before the next one, unless Azure is called in between. Default: both. */
  readonly sides?: readonly Side[];
  /** What must hold at the end, and with `always` after each death. */
  readonly check: () => Promise<void>;
  readonly always: boolean;
}

/** More processes than this mean that the work does not end. */
const MOST_LIVES = 1_500;

/** @returns the edges at which a process died, as `before EDGE` and `after EDGE` */
export async function killAtEveryEdge(options: EdgesOptions): Promise<string[]> {
  const { world, work, check } = options;
  const deaths = new Set<string>();
  for (let life = 0; life < MOST_LIVES; life++) {
    const isOver = await liveOnce(world, work, chooser(deaths, options));
    if (isOver || options.always) await check();
    if (isOver) return [...deaths].toSorted();
  }
  throw new Error(`The work did not end after ${MOST_LIVES} processes.`);
}

async function liveOnce(world: World, work: EdgesOptions["work"], dies: Chooser): Promise<boolean> {
  await using life = await Life.begin(world, dies);
  try {
    const isOver = await work(life.deps);
    return isOver && !life.isDead;
  } catch (error) {
    if (life.isDead) return false;
    throw error;
  }
}

/** Dies once at each edge, before it and after it. */
function chooser(deaths: Set<string>, { depth, sides }: Pick<EdgesOptions, "depth" | "sides">): Chooser {
  const met = new Map<string, number>();
  let isOver = false;
  return (edge, side) => {
    if (side === "before") met.set(edge, (met.get(edge) ?? 0) + 1);
    const number = Math.min(depth, met.get(edge) ?? 1);
    if (number === 0 || sides?.includes(side) === false) return false;
    const name = `${side} ${edge}${number === 1 ? "" : ` #${number}`}`;
    if (isOver || deaths.has(name)) return false;
    isOver = true;
    deaths.add(name);
    return true;
  };
}
