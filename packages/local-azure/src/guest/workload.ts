/**
 * A workload inside a VM that shows whether a copy of its disks is one instant. Each lane counts:
 * it writes a number to all disks in turn, and begins the next number when the last disk has it.
 */
import { setImmediate as nextTick } from "node:timers/promises";
import { keyOf } from "../arm/ids.ts";
import { BLOCK_SIZE } from "../disks/blocks.ts";
import type { Vm } from "../state/model.ts";
import { MIB } from "../units.ts";
import type { World } from "../world.ts";

/** Each lane has a block in the last MiB of a disk. */
const MAX_LANES = MIB / BLOCK_SIZE;

export interface Workload {
  /** Highest number that all disks have, over all lanes. */
  readonly rounds: number;
  /** Resolves when this many further rounds of every lane are written. Rejects when it has stopped. */
  advance(rounds: number): Promise<void>;
  /** Ends it after the current round. @throws the error that ended it before */
  stop(): Promise<void>;
}

/** Starts a workload on all disks of a running VM, through the write path of the guest. */
export function startWorkload(world: World, vm: Vm, lanes = 4): Workload {
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > MAX_LANES)
    throw new RangeError(`A workload has 1 to ${MAX_LANES} lanes`);
  const counts = Array.from({ length: lanes }, () => 0);
  const stopped = new AbortController();
  const ended = Promise.all(
    counts.map(async (_, lane) => {
      while (!stopped.signal.aborted && vm.power === "running") {
        await writeRound(world, vm, { lane, number: (counts[lane] ?? 0) + 1 });
        counts[lane] = (counts[lane] ?? 0) + 1;
      }
    }),
  );
  // `stop` reports a failure; until then it only ends `advance`.
  ended.catch(() => stopped.abort());
  return {
    get rounds() {
      return Math.max(...counts);
    },
    async advance(rounds) {
      const goals = counts.map((count) => count + rounds);
      while (counts.some((count, lane) => count < (goals[lane] ?? 0))) {
        if (stopped.signal.aborted || vm.power !== "running") throw new Error("The workload has stopped");
        await nextTick();
      }
    },
    async stop() {
      stopped.abort();
      await ended;
    },
  };
}

async function writeRound(world: World, vm: Vm, round: { lane: number; number: number }): Promise<void> {
  const block = Buffer.alloc(BLOCK_SIZE);
  block.writeBigUInt64LE(BigInt(round.number));
  for (const { diskId } of [vm.osDisk, ...vm.dataDisks]) {
    const key = keyOf(diskId);
    const disk = world.state.disks[key];
    if (!disk) continue;
    const offset = laneOffset(disk.sizeBytes, round.lane);
    await world.layers.withDisks([key], () => world.layers.writeDisk(key, block, offset));
  }
}

function laneOffset(sizeBytes: number, lane: number): number {
  return sizeBytes - MIB + lane * BLOCK_SIZE;
}

/** Reads the number of each lane from a copy of a disk. */
export async function workloadNumbers(
  read: (offset: number, length: number) => Promise<Buffer>,
  sizeBytes: number,
  lanes = 4,
): Promise<number[]> {
  const blocks = await read(laneOffset(sizeBytes, 0), lanes * BLOCK_SIZE);
  return Array.from({ length: lanes }, (_, lane) => Number(blocks.readBigUInt64LE(lane * BLOCK_SIZE)));
}

/**
 * Whether copies of all disks, OS disk first, can be of one instant: in each lane no disk has a later
 * number than a disk before it, and the last disk is at most one round behind the first.
 */
export function isOneInstant(disks: readonly (readonly number[])[]): boolean {
  const [first = [], ...others] = disks;
  return first.every((newest, lane) => {
    const column = [newest, ...others.map((numbers) => numbers[lane] ?? 0)];
    const falls = column.every((number, at) => at === 0 || number <= (column[at - 1] ?? 0));
    return falls && (column.at(-1) ?? 0) >= newest - 1;
  });
}
