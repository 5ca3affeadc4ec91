/** The plan of a chaos run: what happens to which VM, and what breaks. It follows from the seed alone. Pure. */
import { Random } from "./random.ts";

export const MIB = 1024 * 1024;

/** One change of a guest: a run of random bytes. */
export interface Write {
  readonly disk: number;
  readonly offset: number;
  readonly length: number;
  readonly seed: number;
}

/** What the owner of one VM does, one after the other. `pick` (0 to 1) chooses among the points that exist by then. */
export type Operation =
  | { readonly kind: "backup"; readonly writes: readonly Write[]; readonly cancelAfterMs: number | null }
  | { readonly kind: "restore"; readonly pick: number }
  | { readonly kind: "delete"; readonly pick: number };

/** The parts whose connections run through a proxy. */
export const targets = ["postgres", "azurite", "azure"] as const;
export type Target = (typeof targets)[number];

/** Something that breaks, for some time. */
export type Disturbance =
  | { readonly kind: "kill-engine"; readonly which: number; readonly downMs: number }
  | { readonly kind: "kill-postgres"; readonly downMs: number }
  | { readonly kind: "kill-portal"; readonly downMs: number }
  | { readonly kind: "stop-azurite"; readonly downMs: number }
  | { readonly kind: "cut"; readonly target: Target }
  | { readonly kind: "refuse"; readonly target: Target; readonly ms: number }
  | { readonly kind: "lose-answers"; readonly target: Target; readonly ms: number; readonly seed: number }
  | { readonly kind: "slow"; readonly target: Target; readonly ms: number; readonly delayMs: number }
  | { readonly kind: "hang"; readonly seed: number }
  | { readonly kind: "upkeep" }
  | { readonly kind: "pass-time"; readonly hours: number };

export interface TimedDisturbance {
  readonly afterMs: number;
  readonly what: Disturbance;
}

export interface VmPlan {
  readonly name: string;
  readonly os: "linux" | "windows";
  /** Keeps snapshots for instant restore. */
  readonly keepsSnapshots: boolean;
  /** Stopped, and of a size of which Azure creates no restore point: each disk has a snapshot. */
  readonly ofSingleDisks: boolean;
  readonly diskBytes: readonly number[];
  readonly first: readonly Write[];
  readonly operations: readonly Operation[];
}

export interface ChaosPlan {
  readonly seed: number;
  readonly vms: readonly VmPlan[];
  readonly disturbances: readonly TimedDisturbance[];
  /** After the last disturbance, the first one follows, until the VMs have ended. */
  readonly repeats: boolean;
  /** Seed of the random faults of the local Azure. */
  readonly faultSeed: number;
}

export interface PlanOptions {
  readonly seed: number;
  /** Backups, restores and deletions. */
  readonly steps: number;
  readonly vms: number;
  /** What breaks, in this order and no more; default: everything, until the VMs have ended. */
  readonly only?: readonly Disturbance["kind"][];
}

export function makePlan({ seed, steps, vms, only }: PlanOptions): ChaosPlan {
  const random = new Random(seed);
  const shares = Array.from(
    { length: vms },
    (_, index) => Math.floor(steps / vms) + (index < steps % vms ? 1 : 0),
  );
  const faultSeed = random.whole(1, 1_000_000);
  const breaking = random.fork();
  const lanes = shares.map((share, index) => makeVm(random.fork(), { index, share }));
  const kinds = only ?? Array.from({ length: 200 }, () => breaking.pick(weighted));
  const disturbances = kinds.map((kind) => ({
    afterMs: breaking.whole(500, 4_000),
    what: disturbance(breaking, kind),
  }));
  return { seed, vms: lanes, disturbances, repeats: only === undefined, faultSeed };
}

function makeVm(random: Random, { index, share }: { index: number; share: number }): VmPlan {
  const diskBytes = [random.whole(20, 32) * MIB, ...(random.chance(0.4) ? [random.whole(20, 24) * MIB] : [])];
  const first = diskBytes.map((_, disk) => makeWrite(random, { disk, diskBytes, most: 2 * MIB }));
  const operations: Operation[] = [];
  for (let at = 0; at < share; at++)
    operations.push(at === 0 ? makeBackup(random, diskBytes, 0) : makeOperation(random, diskBytes));
  return {
    name: `chaos${index}`,
    os: random.chance(0.5) ? "linux" : "windows",
    keepsSnapshots: random.chance(0.5),
    // No draw: the other VMs of a seed stay as they are.
    ofSingleDisks: index % 4 === 3,
    diskBytes,
    first,
    operations,
  };
}

function makeOperation(random: Random, diskBytes: readonly number[]): Operation {
  const drawn = random.next();
  if (drawn < 0.55) return makeBackup(random, diskBytes, 0.08);
  const pick = random.next();
  return drawn < 0.8 ? { kind: "restore", pick } : { kind: "delete", pick };
}

function makeBackup(random: Random, diskBytes: readonly number[], cancels: number): Operation {
  const count = random.whole(0, 3);
  const writes = Array.from({ length: count }, () => {
    const disk = random.whole(0, diskBytes.length - 1);
    return makeWrite(random, { disk, diskBytes, most: 300_000 });
  });
  return { kind: "backup", writes, cancelAfterMs: random.chance(cancels) ? random.whole(0, 3_000) : null };
}

function makeWrite(
  random: Random,
  { disk, diskBytes, most }: { disk: number; diskBytes: readonly number[]; most: number },
): Write {
  const length = random.whole(1, most / 512) * 512;
  const offset = random.whole(0, ((diskBytes[disk] ?? 0) - length) / 512) * 512;
  return { disk, offset, length, seed: random.whole(1, 1_000_000_000) };
}

const weighted = [
  "kill-engine",
  "kill-engine",
  "kill-engine",
  "kill-engine",
  "kill-postgres",
  "kill-portal",
  "stop-azurite",
  "cut",
  "cut",
  "cut",
  "refuse",
  "lose-answers",
  "lose-answers",
  "slow",
  "hang",
  "upkeep",
  "pass-time",
] as const satisfies readonly Disturbance["kind"][];

function disturbance(random: Random, kind: Disturbance["kind"]): Disturbance {
  switch (kind) {
    case "kill-engine":
      return { kind, which: random.whole(0, 1), downMs: random.whole(0, 3_000) };
    case "kill-postgres":
    case "kill-portal":
    case "stop-azurite":
      return { kind, downMs: random.whole(0, 1_500) };
    case "cut":
      return { kind, target: random.pick(targets) };
    case "refuse":
      return { kind, target: random.pick(targets), ms: random.whole(200, 2_000) };
    case "lose-answers":
      return { kind, target: random.pick(targets), ms: random.whole(200, 1_500), seed: random.whole(1, 1e9) };
    case "slow":
      return {
        kind,
        target: random.pick(targets),
        ms: random.whole(500, 2_000),
        delayMs: random.whole(20, 300),
      };
    case "hang":
      return { kind, seed: random.whole(1, 1e9) };
    case "upkeep":
      return { kind };
    case "pass-time":
      return { kind, hours: random.whole(1, 3) };
    default:
      return kind satisfies never;
  }
}
