/** Work that is killed at every edge: jobs of each kind, and the collection of a vault with its compaction. */
import { createHash } from "node:crypto";
import { createJob, inTransaction } from "@kluis/db";
import { engineActor, type JobKind } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { parseNodeRef } from "@kluis/vault";
import type { EngineDeps } from "../../src/deps.ts";
import { advance } from "../../src/job/advance.ts";
import { dispatchTransfers } from "../../src/job/dispatch.ts";
import { segmentTaskDefinition } from "../../src/job/segment-task.ts";
import { backupMachine } from "../../src/jobs/backup/machine.ts";
import { backupSegment } from "../../src/jobs/backup/segment.ts";
import { copyMachine } from "../../src/jobs/copy/machine.ts";
import { copySegment } from "../../src/jobs/copy/segment.ts";
import { deletePointMachine } from "../../src/jobs/delete-point/machine.ts";
import { restoreMachine } from "../../src/jobs/restore/machine.ts";
import { restoreSegment } from "../../src/jobs/restore/segment.ts";
import { verifyMachine } from "../../src/jobs/verify/machine.ts";
import { verifySegment } from "../../src/jobs/verify/segment.ts";
import { collectVaults } from "../../src/upkeep/collect.ts";
import { addFolderVault } from "../second-copies.ts";
import { GROUP, MIB, type PointRow, random, standardPolicy, World } from "../world.ts";
import { killAtEveryEdge } from "./edges.ts";
import { Life, type Side } from "./life.ts";

const DISK_BYTES = 20 * MIB;
/** One block in each of these windows: a pack has a chunk of each, of which the second point keeps a quarter. */
const windows = Array.from({ length: 12 }, (_, window) => window);
const block = (window: number) => random(window * MIB, 64 * 1024);
const LIMIT_MS = 120_000;
const partsOf = {
  backup: segmentTaskDefinition(backupSegment),
  "restore-disk": segmentTaskDefinition(restoreSegment),
  verify: segmentTaskDefinition(verifySegment),
  "copy-point": segmentTaskDefinition(copySegment),
  "delete-point": undefined,
} satisfies Record<JobKind, unknown>;

/** A vault with a point, and a pack of which the point needs a quarter. No engine runs. */
export class Scenes {
  readonly world: World;
  readonly vmId: string;
  readonly point: PointRow;
  /** The second vault, which is empty. */
  readonly second: string;
  readonly #depth: number;
  readonly #contents = new Map<string, string>();

  private constructor(given: { world: World; depth: number; vmId: string; point: PointRow; second: string }) {
    this.world = given.world;
    this.vmId = given.vmId;
    this.point = given.point;
    this.second = given.second;
    this.#depth = given.depth;
  }

  static async start(depth: number): Promise<Scenes> {
    const world = await World.start();
    const engine = await world.startEngine();
    const image = await world.image("edges", DISK_BYTES, windows.map(block));
    const vmId = await world.protectedVm({ name: "edges", disks: [image], policy: standardPolicy });
    const gone = await world.backUp(vmId);
    await world.image("edges", DISK_BYTES, windows.filter((window) => window % 4 !== 0).map(block));
    await world.control.write({ vm: "edges", disk: "os", image });
    const point = await world.backUp(vmId);
    const second = await addFolderVault(world, "second");
    await engine.deps.vaults.open(second);
    await world.reconciled();
    await engine.stop();
    world.engines.splice(0);
    const scenes = new Scenes({ world, depth, vmId, point, second });
    await scenes.#keep(point);
    await scenes.#run(
      "delete-point",
      await scenes.#start("delete-point", { pointId: gone.id, reason: "test" }),
      0,
    );
    return scenes;
  }

  /** @returns the edges of a job of this kind */
  async job(
    kind: JobKind,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<{ id: string; edges: string[] }> {
    const id = await this.#start(kind, { pointId: this.point.id, ...parameters });
    const edges = await this.#run(kind, id, this.#depth);
    const job = await this.world.db.prisma.job.findUniqueOrThrow({ where: { id } });
    if (job.state !== "succeeded")
      throw new Error(`${kind} ended as ${job.state}: ${JSON.stringify(job.error)}`);
    const events = await this.world.db.prisma.ledgerEvent.findMany({
      where: { kind: "job.succeeded", vmId: this.vmId },
    });
    const ends = events.filter(({ target }) => JSON.stringify(target).includes(id)).length;
    if (ends !== 1) throw new Error(`The end of ${kind} is ${ends} times in the ledger.`);
    return { id, edges };
  }

  async restore(name: string): Promise<string[]> {
    const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: GROUP, location: "westeurope" };
    const { edges } = await this.job("restore-disk", {
      disk: "os",
      name,
      sku: "Premium_LRS",
      ...place,
      choices: {},
    });
    return edges;
  }

  /** Checks all points after each death, and more often than once at an edge. */
  get #isLong(): boolean {
    return this.#depth > 1;
  }

  /** The copy of the point in the second vault. */
  async copy(): Promise<{ copy: PointRow; edges: string[] }> {
    const { id, edges } = await this.job("copy-point", { vaultId: this.second });
    const copy = await this.world.pointOf(id);
    await this.#keep(copy, this.digestOf(this.point));
    return { copy, edges };
  }

  /** Collects until no pack leaves, waits for its copy to be old, or loses its object. @returns its edges */
  collect(): Promise<string[]> {
    const { prisma } = this.world.db;
    let quiet = 0;
    return killAtEveryEdge({
      world: this.world,
      depth: this.#depth,
      always: this.#isLong,
      ...(this.#isLong ? {} : { sides: ["before"] }),
      check: () => this.check(),
      work: async (deps) => {
        await collectVaults(deps, { signal: AbortSignal.timeout(LIMIT_MS), graceMs: 0 });
        const where = { OR: [{ leavingAt: { not: null } }, { condemnedAt: { not: null } }] };
        const isQuiet = (await prisma.vaultPack.count({ where: { ...where, goneAt: null } })) === 0;
        quiet = isQuiet ? quiet + 1 : 0;
        return quiet > 2;
      },
    });
  }

  /** The point is to be deleted. */
  forget({ id }: PointRow): void {
    this.#contents.delete(id);
  }

  digestOf({ id }: PointRow): string {
    return this.#contents.get(id) ?? "";
  }

  /** Every point of this reads as at first, for a process that has just started. */
  async check(): Promise<void> {
    await using life = await Life.begin(this.world, () => false);
    const where = { id: { in: [...this.#contents.keys()] }, state: "available" };
    const points = await this.world.db.prisma.recoveryPoint.findMany({ where, include: { disks: true } });
    if (points.length !== this.#contents.size) throw new Error("A point is not available any more.");
    for (const point of points)
      if ((await read(life.deps, point)) !== this.digestOf(point))
        throw new Error(`Point ${point.id} has another content.`);
  }

  /** Starts an engine that clears up. @returns what is left in Azure */
  async left(): Promise<string[]> {
    await this.world.startEngine();
    await this.world.clock.jump({ minutes: 10 });
    return this.world.leftInAzure();
  }

  async #keep(point: PointRow, expected?: string): Promise<void> {
    await using life = await Life.begin(this.world, () => false);
    const digest = await read(life.deps, point);
    if (expected !== undefined && digest !== expected) throw new Error("The copy has another content.");
    this.#contents.set(point.id, digest);
  }

  async #start(
    kind: JobKind,
    given: { pointId: string } & Readonly<Record<string, unknown>>,
  ): Promise<string> {
    const { pointId, ...parameters } = given;
    const job = {
      kind,
      vmId: this.vmId,
      pointId,
      trigger: "manual",
      actor: engineActor,
      parameters,
    } as const;
    return inTransaction(this.world.db, (tx) => createJob(tx, job, this.world.clock));
  }

  /** Advances a job, and moves its parts. */
  #run(kind: JobKind, jobId: string, depth: number): Promise<string[]> {
    const check = () => this.check();
    const work = (deps: EngineDeps) => this.#advance(deps, kind, jobId);
    // A restore calls Azure between two commits.
    const sides: Side[] = this.#isLong || kind === "restore-disk" ? ["before", "after"] : ["before"];
    return killAtEveryEdge({ world: this.world, depth, sides, check, work, always: this.#isLong });
  }

  async #advance(deps: EngineDeps, kind: JobKind, jobId: string): Promise<true> {
    const signal = AbortSignal.timeout(LIMIT_MS);
    for (;;) {
      await dispatchTransfers(deps);
      const rows = await this.world.db.prisma.jobSegment.findMany({
        where: { disk: { jobId }, state: { in: ["handed-out", "running"] } },
        select: { segment: true, disk: { select: { diskKey: true } } },
      });
      for (const { segment, disk } of rows)
        await partsOf[kind]?.run({ deps, payload: { jobId, segment, diskKey: disk.diskKey }, signal });
      if ((await advanceJob(kind, { deps, jobId, signal })) === null) return true;
      // Azure is asked again.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

type Advancing = { readonly deps: EngineDeps; readonly jobId: string; readonly signal: AbortSignal };

function advanceJob(kind: JobKind, job: Advancing) {
  switch (kind) {
    case "backup":
      return advance({ ...job, machine: backupMachine });
    case "restore-disk":
      return advance({ ...job, machine: restoreMachine });
    case "verify":
      return advance({ ...job, machine: verifyMachine });
    case "copy-point":
      return advance({ ...job, machine: copyMachine });
    case "delete-point":
      return advance({ ...job, machine: deletePointMachine });
    default:
      return kind satisfies never;
  }
}

/** SHA-256 of the OS disk of a point. */
async function read({ vaults }: EngineDeps, { vaultId, disks }: PointRow): Promise<string> {
  const root = disks[0]?.root ?? null;
  const { vault } = await vaults.open(vaultId);
  const reader = vault.openDisk(root === null ? null : parseNodeRef(root), DISK_BYTES);
  const bytes = await reader.read(0, DISK_BYTES, AbortSignal.timeout(LIMIT_MS));
  return createHash("sha256").update(bytes).digest("hex");
}
